#include "account/session.h"

#include "base/clock.h"
#include "base/mac.h"
#include "base/rand.h"
#include "store/lists/person.h"
#include "store/lists/session.h"

#include <sodium.h>

enum { COOKIE_BYTES = 32 };

static int64_t until(int64_t created_at, int64_t now)
{
	int64_t idle = now + ACCOUNT_SESSION_IDLE,
		end = created_at + ACCOUNT_SESSION_LIFE;
	return idle < end ? idle : end;
}

err account_session_open(struct arena *a, struct book *b, int64_t person, str client,
			 str agent, bool proven, str *cookie)
{
	int64_t now = clock_now();
	str fresh = rand_token(a, COOKIE_BYTES);
	TRY(session_add(b, fresh,
			&(struct session_row){ .person = person,
					       .created_at = now,
					       .seen_at = now,
					       .proven_at = proven ? now : 0,
					       .expires_at = until(now, now),
					       .client = client,
					       .agent = str_first(agent, 200) }));
	*cookie = fresh;
	return OK;
}

err account_session_find(struct arena *a, struct book *b, str cookie,
			 struct account_session *out)
{
	struct session_row row;
	struct person_row who;
	int64_t now = clock_now();
	TRY(session_find(b, a, cookie, now, &row));
	/* What the row says is kept, and checked again: a clock that was wrong when it
	 * was written must not make it live longer. */
	if (row.seen_at + ACCOUNT_SESSION_IDLE <= now
	    || row.created_at + ACCOUNT_SESSION_LIFE <= now)
		return FAIL(ERR_NOTFOUND, "the session is over; sign in again");
	TRY(person_get(b, a, row.person, &who));
	*out = (struct account_session){ .person = row.person,
					 .admin = who.admin,
					 .name = who.name,
					 .language = who.language,
					 .timezone = who.timezone,
					 .hash = row.hash,
					 .created_at = row.created_at,
					 .seen_at = row.seen_at,
					 .proven_at = row.proven_at };
	return OK;
}

err account_session_touch(struct book *b, str cookie, const struct account_session *s)
{
	int64_t now = clock_now();
	if (now - s->seen_at < ACCOUNT_SESSION_TOUCH)
		return OK;
	return session_touch(b, cookie, now, until(s->created_at, now));
}

/* A clock that was set back makes no proof last longer. */
bool account_session_is_proven(const struct account_session *s)
{
	int64_t age = clock_now() - s->proven_at;
	return age >= 0 && age < ACCOUNT_SESSION_PROVEN;
}

err account_session_prove(struct book *b, str cookie)
{
	return session_prove(b, cookie, clock_now());
}

err account_session_close(struct book *b, str cookie)
{
	return session_remove(b, cookie);
}

err account_session_close_all(struct book *b, int64_t person)
{
	return session_remove_person(b, person, STR_NONE);
}

static void form_key(str cookie, struct mac_key *key)
{
	crypto_generichash(key->bytes, MAC_KEY, (const unsigned char *)cookie.p, cookie.n,
			   NULL, 0);
}

str account_form_token(struct arena *a, str cookie, str form)
{
	struct mac_key key;
	form_key(cookie, &key);
	return mac_tag(a, &key, STR("form"), form);
}

bool account_form_check(struct arena *a, str cookie, str form, str token)
{
	struct mac_key key;
	form_key(cookie, &key);
	return cookie.n && mac_check(a, &key, STR("form"), form, token);
}
