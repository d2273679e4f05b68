#include "account/token.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mac.h"
#include "base/rand.h"
#include "mail/address.h"
#include "store/lists/address.h"
#include "store/lists/person.h"
#include "store/lists/token.h"

#include <sodium.h>

enum { USED_STEP = 3600 };

void account_token_make(struct arena *a, str salt, struct account_token *t)
{
	t->shown = rand_token(a, ACCOUNT_TOKEN_BYTES);
	scram_derive(t->shown, salt, SCRAM_ROUNDS, &t->keys);
}

static str key_text(const unsigned char key[static SCRAM_KEY])
{
	return (str){ (const char *)key, SCRAM_KEY };
}

/* Capitals, and the spaces that a person copies along, do not matter. */
str account_token_clean(struct arena *a, str typed)
{
	char *to = arena_alloc(a, typed.n);
	size_t n = 0;
	for (size_t i = 0; i < typed.n; i++)
		if (!chr_is_space(typed.p[i]))
			to[n++] = chr_lower(typed.p[i]);
	return (str){ to, n };
}

err account_token_new_limited(struct arena *a, struct book *b, int64_t person, str name,
			      const struct scopes *scopes, int64_t rate, str *shown)
{
	struct person_row who;
	struct account_token t;
	TRY(person_get(b, a, person, &who));
	account_token_make(a, who.scram_salt, &t);
	struct token_row row = { .person = person,
				 .name = name,
				 .stored_key = key_text(t.keys.stored),
				 .server_key = key_text(t.keys.server),
				 .scopes = scopes_text(a, scopes, NULL, NULL),
				 .rate = rate,
				 .created_at = clock_now() };
	TRY(token_add(b, t.shown, &row));
	*shown = t.shown;
	return OK;
}

err account_token_new(struct arena *a, struct book *b, int64_t person, str name,
		      str *shown)
{
	struct scopes all;
	TRY(scopes_read(a, STR("all"), &all));
	return account_token_new_limited(a, b, person, name, &all, 0, shown);
}

/* The person who has verified the address that user spells. */
static err person_of(struct arena *a, struct book *b, str user, int64_t *person)
{
	struct address x;
	struct address_row row;
	if (address_parse(a, user, &x).kind)
		return FAIL(ERR_NOTFOUND, "the user name is no address");
	TRY(address_find(b, a, address_key(a, &x), &row));
	if (!row.verified_at)
		return FAIL(ERR_NOTFOUND, "the address is not verified");
	*person = row.person;
	return OK;
}

static const err wrong = { ERR_DENIED, "wrong user or token" };

static err find_token(struct arena *a, struct book *b, str user, str typed,
		      struct token_row *t)
{
	int64_t named = 0;
	str clean = account_token_clean(a, typed);
	err e = clean.n ? token_find(b, a, clean, t) : wrong;
	if (!e.kind && user.n)
		e = person_of(a, b, user, &named);
	if (e.kind == ERR_NOTFOUND)
		return wrong;
	TRY(e);
	return user.n && named != t->person ? wrong : OK;
}

/* That it was used is told to its owner; a book that cannot be written stops nobody. */
static void note_use(struct book *b, const struct token_row *t)
{
	int64_t now = clock_now();
	if (now < t->used_at + USED_STEP)
		return;
	err e = token_used(b, t->id, now);
	if (e.kind)
		log_warn("token-use-not-noted", KE(e));
}

err account_token_find(struct arena *a, struct book *b, str user, str typed,
		       struct account_pass *pass)
{
	struct token_row t;
	struct scopes scopes;
	TRY(find_token(a, b, user, typed, &t));
	TRY(scopes_read(a, t.scopes, &scopes));
	note_use(b, &t);
	*pass = (struct account_pass){
		.person = t.person, .token = t.id, .rate = t.rate, .scopes = scopes
	};
	return OK;
}

static err for_everything(struct arena *a, const struct token_row *t, bool *yes)
{
	struct scopes scopes;
	TRY(scopes_read(a, t->scopes, &scopes));
	*yes = scopes_are_all(&scopes);
	return OK;
}

err account_token_check(struct arena *a, struct book *b, str user, str typed,
			int64_t *person, int64_t *token)
{
	struct token_row t;
	bool all;
	TRY(find_token(a, b, user, typed, &t));
	TRY(for_everything(a, &t, &all));
	if (!all)
		return wrong;
	*person = t.person;
	*token = t.id;
	return OK;
}

/* RFC 5802 section 9: a name that nobody has must look like one that somebody has. */
static void nobody(struct arena *a, const struct mac_key *key, str user,
		   struct scram_user *out)
{
	unsigned char *salt = arena_alloc(a, SCRAM_SALT);
	str name = arena_cat(a, STR("scram-salt "), arena_lower(a, user));
	crypto_generichash(salt, SCRAM_SALT, (const unsigned char *)name.p, name.n,
			   key->bytes, MAC_KEY);
	*out = (struct scram_user){ .salt = { (const char *)salt, SCRAM_SALT } };
}

err account_scram(struct arena *a, struct book *b, const struct mac_key *key, str user,
		  struct scram_user *out)
{
	int64_t person = 0;
	struct person_row who;
	struct token_row *rows;
	size_t count = 0, n = 0;
	err e = person_of(a, b, user, &person);
	if (!e.kind)
		e = person_get(b, a, person, &who);
	if (!e.kind)
		e = token_by_person(b, a, person, &rows, &count);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (!count) {
		nobody(a, key, user, out);
		return OK;
	}
	struct scram_keys *keys = arena_zero(a, count * sizeof *keys);
	for (size_t i = 0; i < count; i++) {
		bool all;
		TRY(for_everything(a, &rows[i], &all));
		if (!all || rows[i].stored_key.n != SCRAM_KEY
		    || rows[i].server_key.n != SCRAM_KEY)
			continue;
		keys[n].token = rows[i].id;
		memcpy(keys[n].stored, rows[i].stored_key.p, SCRAM_KEY);
		memcpy(keys[n++].server, rows[i].server_key.p, SCRAM_KEY);
	}
	*out = (struct scram_user){
		.salt = who.scram_salt, .keys = keys, .count = n, .account = person
	};
	return OK;
}
