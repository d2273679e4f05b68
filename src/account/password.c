#include "account/password.h"

#include "account/foreign.h"
#include "base/thread.h"

#include <pthread.h>
#include <sodium.h>

/* OWASP's and RFC 9106's second choice for machines that are short of memory. */
enum { PASSES = 2 };
#define MEMORY (19ULL * 1024 * 1024)

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static int waiting;

static const err TOO_MANY = {
	ERR_LIMIT, "too many people sign in at this moment; try again in a few seconds"
};

/* Takes the one place there is, after those who came before; false: they are too many. */
static bool enter(void)
{
	pthread_mutex_lock(&counting);
	bool may = waiting < PASSWORD_WAITING;
	waiting += may;
	pthread_mutex_unlock(&counting);
	if (may) {
		thread_waits(true);
		pthread_mutex_lock(&one_at_a_time);
		thread_waits(false);
	}
	return may;
}

static void leave(void)
{
	pthread_mutex_unlock(&one_at_a_time);
	pthread_mutex_lock(&counting);
	waiting--;
	pthread_mutex_unlock(&counting);
}

err password_hash(struct arena *a, str password, str *kept)
{
	char *out = arena_alloc(a, crypto_pwhash_STRBYTES);
	if (password.n < PASSWORD_MIN)
		return FAIL(ERR_SYNTAX, "the password is too short; take at least eight "
					"characters");
	if (password.n > PASSWORD_MAX)
		return FAIL(ERR_SYNTAX,
			    "the password is too long; 1,024 octets are enough");
	if (!enter())
		return TOO_MANY;
	int failed = crypto_pwhash_str(out, password.p, password.n, PASSES, MEMORY);
	leave();
	if (failed)
		return FAIL(ERR_LIMIT,
			    "no memory to compute the password's hash (19 MiB)");
	*kept = str_from(out);
	return OK;
}

/* The hash of nothing anybody types, for accounts without a password. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
			     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

err password_check(str kept, str password)
{
	char text[crypto_pwhash_STRBYTES] = { 0 };
	bool foreign = !str_starts(kept, STR("$argon2id$"));
	str against = foreign ? str_from(nobody) : kept;
	if (against.n >= sizeof text || password.n > PASSWORD_MAX)
		return FAIL(ERR_DENIED, "wrong address or password");
	memcpy(text, against.p, against.n);
	if (!enter())
		return TOO_MANY;
	bool right = crypto_pwhash_str_verify(text, password.p ? password.p : "",
					      password.n)
		     == 0;
	/* computed as well, not instead: the time must not tell whose password came from
	 * elsewhere */
	right = foreign ? foreign_fits(kept, password) : right;
	leave();
	return right && kept.n ? OK : FAIL(ERR_DENIED, "wrong address or password");
}
