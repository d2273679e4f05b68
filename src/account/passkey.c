#include "account/passkey.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/rand.h"
#include "store/lists/passkey.h"
#include "store/lists/pending.h"

#include <sodium.h>

enum { NONCE = 20 };

static const str used = STR(
	"passkey-used"); /* a row of pending, until the challenge's end */

static str tag_of(struct arena *a, const struct mac_key *key, str of, str text)
{
	return mac_tag(a, key, STR("passkey challenge"),
		       arena_cat(a, text, STR(" "), of));
}

str passkey_challenge(struct arena *a, const struct mac_key *key, str of)
{
	str text = arena_cat(
		a, rand_token(a, NONCE),
		arena_printf(a, ".%lld", (long long)(clock_now() + PASSKEY_CHALLENGE)));
	return arena_cat(a, text, STR("."), tag_of(a, key, of, text));
}

str passkey_handle(struct arena *a, const struct mac_key *key, int64_t person)
{
	unsigned char *handle = arena_alloc(a, PASSKEY_HANDLE);
	str text = arena_printf(a, "passkey handle %lld", (long long)person);
	crypto_generichash(handle, PASSKEY_HANDLE, (const unsigned char *)text.p, text.n,
			   key->bytes, MAC_KEY);
	return (str){ (const char *)handle, PASSKEY_HANDLE };
}

/* Ours, for this, in time, and not used before: it is from here on. */
static err use_challenge(struct arena *a, struct book *b, const struct mac_key *key,
			 str of, str challenge)
{
	str text, tag, nonce, end;
	int64_t until, now = clock_now();
	struct pending_row row;
	if (!str_cut_last(challenge, '.', &text, &tag)
	    || !mac_equal(tag, tag_of(a, key, of, text))
	    || !str_cut(text, '.', &nonce, &end) || !str_i64(end, &until))
		return FAIL(ERR_DENIED,
			    "the passkey was asked by another page: try again");
	if (until <= now)
		return FAIL(ERR_DENIED, "the page waited too long for the passkey: try "
					"again");
	err e = pending_look(b, a, nonce, now, &row);
	if (!e.kind)
		return FAIL(ERR_DENIED, "this answer of the passkey was used before");
	if (e.kind != ERR_NOTFOUND)
		return e;
	return pending_add(b, nonce,
			   &(struct pending_row){ .kind = used,
						  .address = STR(""),
						  .data = STR(""),
						  .created_at = now,
						  .expires_at = until });
}

struct octets {
	str id, client, data, signature, user;
};

static err decode(struct arena *a, const struct passkey_answer *x, struct octets *o)
{
	enum { ENCODED_MAX = 2 * WEBAUTHN_DATA_MAX };
	const struct {
		str from;
		str *to;
	} fields[] = { { x->id, &o->id },
		       { x->client, &o->client },
		       { x->data, &o->data },
		       { x->signature, &o->signature },
		       { x->user, &o->user } };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (fields[i].from.n > ENCODED_MAX)
			return FAIL(ERR_LIMIT, "the passkey says too much");
		TRY(enc_base64url_decode(a, fields[i].from, fields[i].to));
	}
	return OK;
}

static err check_name(str name)
{
	if (!name.n || name.n > PASSKEY_NAME)
		return FAIL(ERR_SYNTAX, "give the passkey a name, in one line");
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ')
			return FAIL(ERR_SYNTAX, "give the passkey a name, in one line");
	return OK;
}

err passkey_add_new(struct arena *a, struct book *b, const struct webauthn_site *site,
		    const struct mac_key *key, str of, int64_t person, str name,
		    const struct passkey_answer *answer)
{
	struct octets o;
	struct webauthn_said said;
	struct passkey_row *own;
	str challenge;
	size_t count;
	TRY(check_name(name));
	TRY(decode(a, answer, &o));
	TRY(webauthn_client(a, site, WEBAUTHN_CREATE, o.client, &challenge));
	TRY(use_challenge(a, b, key, of, challenge));
	TRY(webauthn_attest(a, site, o.client, o.data, &said));
	TRY(passkey_by_person(b, a, person, &own, &count));
	if (count >= PASSKEY_MOST)
		return FAIL(ERR_LIMIT, "twenty passkeys are enough: remove one first");
	return passkey_add(b, &(struct passkey_row){
				      .person = person,
				      .credential = said.credential,
				      .public_key = said.public_key,
				      .handle = passkey_handle(a, key, person),
				      .name = name,
				      .counter = said.counter,
				      .created_at = clock_now(),
			      });
}

static const err nobodys = { ERR_DENIED, "this passkey is not known here" };

/* Section 7.2, steps 5 to 7 and 20 to 21. */
static err check_key(struct arena *a, struct book *b, const struct webauthn_site *site,
		     int64_t person, const struct octets *o, struct passkey_signed *out)
{
	struct passkey_row row;
	struct webauthn_said said;
	err e = passkey_find(b, a, o->id, &row);
	if (e.kind == ERR_NOTFOUND)
		return nobodys;
	TRY(e);
	if ((o->user.n && !str_eq(o->user, row.handle))
	    || (person && row.person != person))
		return nobodys;
	TRY(webauthn_assert(a, site, o->client, o->data, o->signature, row.public_key,
			    &said));
	out->person = row.person;
	out->verified = said.verified;
	out->id = row.id;
	out->name = row.name;
	out->back = (said.counter || row.counter) && said.counter <= row.counter;
	if (out->back)
		return FAIL(ERR_DENIED, "the passkey has signed less often than before: "
					"it may have been copied");
	return passkey_used(b, row.id, said.counter, clock_now());
}

err passkey_sign(struct arena *a, struct book *b, const struct webauthn_site *site,
		 const struct mac_key *key, str of, int64_t person,
		 const struct passkey_answer *answer, struct passkey_signed *out)
{
	struct octets o;
	str challenge;
	*out = (struct passkey_signed){ 0 };
	TRY(decode(a, answer, &o));
	TRY(webauthn_client(a, site, WEBAUTHN_GET, o.client, &challenge));
	TRY(use_challenge(a, b, key, of, challenge));
	return check_key(a, b, site, person, &o, out);
}
