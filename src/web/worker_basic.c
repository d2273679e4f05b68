/* Who a script is, by HTTP Basic: an address of theirs with an application token or with
 * their password. */
#include "web/worker.h"

#include "account/account.h"
#include "account/second.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/lists/person.h"

#include <pthread.h>

/* A script sends the same password with each of a thousand files, and argon2id takes 20 ms of
 * all of us: what was right is right for a minute more, as long as the kept hash is the same.
 * Nothing of the password stands here, but a keyed tag. */
enum { REMEMBERED = 64, SECONDS = 60 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	char tag[32];
	size_t n;
	int64_t until;
} right[REMEMBERED];
static size_t next_place;

static bool was_right(str tag)
{
	bool yes = false;
	int64_t now = clock_mono_ms();
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < REMEMBERED; i++)
		yes |= right[i].until > now
		       && mac_equal((str){ right[i].tag, right[i].n }, tag);
	pthread_mutex_unlock(&lock);
	return yes;
}

static void remember(str tag)
{
	if (tag.n > sizeof right->tag)
		return;
	pthread_mutex_lock(&lock);
	memcpy(right[next_place].tag, tag.p, tag.n);
	right[next_place].n = tag.n;
	right[next_place].until = clock_mono_ms() + SECONDS * 1000;
	next_place = (next_place + 1) % REMEMBERED;
	pthread_mutex_unlock(&lock);
}

/* Where an account has a second factor its password alone opens nothing: a token does. */
static err is_enough(struct worker *w, struct arena *a, int64_t person)
{
	struct second s;
	TRY(second_get(a, w->books.lists, person, &s));
	return s.on ? FAIL(ERR_DENIED, "a password is not enough there") : OK;
}

/* ERR_DENIED: as account_sign_in has it. */
static err by_password(struct worker *w, struct arena *a, str user, str secret,
		       struct account *who)
{
	struct address x;
	struct person_row p;
	if (address_parse(a, user, &x).kind)
		return FAIL(ERR_DENIED, "this is no address");
	err e = account_by_address(a, w->books.lists, &x, who);
	if (!e.kind)
		e = person_get(w->books.lists, a, who->id, &p);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	str text = arena_cat(a, user, STR("\n"), e.kind ? STR("") : p.password, STR("\n"),
			     secret);
	str tag = mac_tag(a, &w->web->mac, STR("basic"), text);
	if (e.kind || !p.password.n || !was_right(tag)) {
		TRY(account_sign_in(a, w->books.lists, &x, secret, who));
		remember(tag);
	}
	return is_enough(w, a, who->id);
}

static err refused(struct worker *w, const struct request *q, str user)
{
	throttle_failed(w->web->sign_ins, user, &q->client);
	log_warn("sign-in-refused", KS("client", net_ip_text(q->arena, &q->client)),
		 KZ("mechanism", "basic"), KS("user", user));
	return FAIL(ERR_NOTFOUND, "nobody's");
}

err worker_basic(void *ctx, const struct request *q, str user, str secret,
		 struct session *out)
{
	struct request at = { .ctx = ctx };
	struct worker *w = worker_of(&at);
	struct arena *a = q->arena;
	struct account who;
	TRY(worker_check(w));
	str name = arena_lower(a, user);
	if (!throttle_may(w->web->sign_ins, name, &q->client))
		return FAIL(ERR_LIMIT, "too many were wrong of late");
	err e = worker_token(w, a, user, secret, out);
	if (e.kind != ERR_NOTFOUND)
		return e;
	e = by_password(w, a, user, secret, &who);
	if (e.kind == ERR_DENIED)
		return refused(w, q, name);
	if (e.kind) /* also where too many passwords are being looked at */
		return FAIL(ERR_TEMP, e.msg);
	*out = (struct session){ .person = who.id,
				 .admin = who.admin,
				 .name = worker_name_of(w, a, who.id, who.name),
				 .language = who.language,
				 .timezone = who.timezone };
	return OK;
}
