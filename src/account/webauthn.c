#include "account/webauthn.h"

#include "account/cbor.h"
#include "account/cose.h"
#include "base/enc.h"

#include <jansson.h>
#include <sodium.h>

enum {
	HASH = 32,
	FIXED = 37,
	AAGUID = 16
}; /* rpIdHash, flags and counter: section 6.1 */

enum flag { PRESENT = 1, VERIFIED = 4, ATTESTED = 64, EXTENDED = 128 };

static str sha256(struct arena *a, str text)
{
	unsigned char *hash = arena_alloc(a, HASH);
	crypto_hash_sha256(hash, (const unsigned char *)text.p, text.n);
	return (str){ (const char *)hash, HASH };
}

/* ---- what the browser says */

static str member(const json_t *o, const char *key)
{
	const json_t *x = json_object_get(o, key);
	return json_is_string(x) ? (str){ json_string_value(x), json_string_length(x) }
				 : STR_NONE;
}

static err check_client(struct arena *a, const struct webauthn_site *site,
			enum webauthn_type type, const json_t *o, str *challenge)
{
	str wanted = type == WEBAUTHN_CREATE ? STR("webauthn.create")
					     : STR("webauthn.get");
	const json_t *cross = json_object_get(o, "crossOrigin");
	if (!str_eq(member(o, "type"), wanted))
		return FAIL(ERR_DENIED, "the passkey was asked for something else");
	if (!str_eq(member(o, "origin"), site->origin)
	    || (cross && !json_is_false(cross)))
		return FAIL(ERR_DENIED, "the passkey was asked for by a page of another "
					"site");
	return enc_base64url_decode(a, member(o, "challenge"), challenge);
}

err webauthn_client(struct arena *a, const struct webauthn_site *site,
		    enum webauthn_type type, str client, str *challenge)
{
	if (client.n > WEBAUTHN_CLIENT_MAX)
		return FAIL(ERR_LIMIT, "the browser says too much of the passkey");
	json_t *o = json_loadb(client.p ? client.p : "", client.n, JSON_REJECT_DUPLICATES,
			       NULL);
	if (!json_is_object(o)) {
		json_decref(o);
		return FAIL(ERR_SYNTAX, "what the browser says of the passkey cannot be "
					"read");
	}
	err e = check_client(a, site, type, o, challenge);
	json_decref(o);
	return e;
}

/* ---- what the authenticator says: section 6.1 */

static const err cut = { ERR_SYNTAX, "what the passkey says cannot be read" };

static err take(str *rest, size_t n, str *out)
{
	if (rest->n < n)
		return cut;
	*out = str_first(*rest, n);
	*rest = str_skip(*rest, n);
	return OK;
}

static err read_credential(str *rest, struct webauthn_said *said)
{
	str skipped, length;
	struct cose_key key;
	TRY(take(rest, AAGUID, &skipped));
	TRY(take(rest, 2, &length));
	size_t n = (size_t)(unsigned char)length.p[0] << 8 | (unsigned char)length.p[1];
	if (!n || n > WEBAUTHN_CREDENTIAL_MAX)
		return cut;
	TRY(take(rest, n, &said->credential));
	str before = *rest;
	TRY(cose_read(rest, &key));
	said->public_key = str_first(before, before.n - rest->n);
	return OK;
}

static err read_data(struct arena *a, const struct webauthn_site *site, str data,
		     bool attests, struct webauthn_said *said)
{
	str fixed, rest = data;
	struct webauthn_said x = { 0 };
	if (data.n > WEBAUTHN_DATA_MAX)
		return FAIL(ERR_LIMIT, "the passkey says too much");
	TRY(take(&rest, FIXED, &fixed));
	unsigned flags = (unsigned char)fixed.p[HASH];
	if (!str_eq(str_first(fixed, HASH), sha256(a, site->id)))
		return FAIL(ERR_DENIED, "the passkey is for another site");
	if (!(flags & PRESENT))
		return FAIL(ERR_DENIED, "nobody has touched the passkey");
	if (attests && !(flags & ATTESTED))
		return cut;
	for (size_t i = HASH + 1; i < FIXED; i++)
		x.counter = x.counter << 8 | (unsigned char)fixed.p[i];
	x.verified = flags & VERIFIED;
	if (flags & ATTESTED)
		TRY(read_credential(&rest, &x));
	if (flags & EXTENDED)
		TRY(cbor_skip(&rest));
	if (rest.n)
		return cut;
	*said = x;
	return OK;
}

/* Authenticator data, and behind it the hash of what the browser says. */
static err check_signature(struct arena *a, str public_key, str data, str client,
			   str signature)
{
	struct cose_key key;
	TRY(cose_read(&public_key, &key));
	return cose_verify(&key, arena_cat(a, data, sha256(a, client)), signature);
}

/* ---- a new one: section 6.5 */

struct object {
	str format, data, statement; /* statement: a map, whole */
};

static err read_object(str rest, struct object *o)
{
	struct cbor map, key, value;
	TRY(cbor_next(&rest, &map));
	if (map.kind != CBOR_MAP)
		return cut;
	for (size_t i = 0; i < map.count; i++) {
		TRY(cbor_next(&rest, &key));
		str before = rest, from = rest;
		TRY(cbor_skip(&rest));
		TRY(cbor_next(&from, &value));
		if (key.kind != CBOR_TEXT)
			return cut;
		if (str_eq(key.text, STR("fmt")) && value.kind == CBOR_TEXT)
			o->format = value.text;
		else if (str_eq(key.text, STR("authData")) && value.kind == CBOR_OCTETS)
			o->data = value.text;
		else if (str_eq(key.text, STR("attStmt")) && value.kind == CBOR_MAP)
			o->statement = str_first(before, before.n - rest.n);
	}
	return rest.n || !o->statement.n ? cut : OK;
}

/* Section 8.2, self attestation: the algorithm is the key's, and no certificate stands there. */
static err check_packed(struct arena *a, const struct object *o, str client,
			const struct webauthn_said *said)
{
	struct cbor map, key, value;
	struct cose_key own;
	str rest = o->statement, signature = STR_NONE, public_key = said->public_key;
	int64_t algorithm = 0;
	TRY(cbor_next(&rest, &map));
	for (size_t i = 0; i < map.count; i++) {
		TRY(cbor_next(&rest, &key));
		str from = rest;
		TRY(cbor_skip(&rest));
		TRY(cbor_next(&from, &value));
		if (key.kind != CBOR_TEXT || str_eq(key.text, STR("x5c")))
			return FAIL(ERR_DENIED, "an attestation was not asked for");
		if (str_eq(key.text, STR("alg")))
			algorithm = value.number;
		else if (str_eq(key.text, STR("sig")) && value.kind == CBOR_OCTETS)
			signature = value.text;
	}
	TRY(cose_read(&public_key, &own));
	if (algorithm != own.algorithm)
		return FAIL(ERR_DENIED, "an attestation was not asked for");
	return check_signature(a, said->public_key, o->data, client, signature);
}

err webauthn_attest(struct arena *a, const struct webauthn_site *site, str client,
		    str object, struct webauthn_said *said)
{
	struct object o = { 0 };
	struct webauthn_said x;
	if (object.n > WEBAUTHN_DATA_MAX)
		return FAIL(ERR_LIMIT, "the passkey says too much");
	TRY(read_object(object, &o));
	TRY(read_data(a, site, o.data, true, &x));
	if (str_eq(o.format, STR("packed")))
		TRY(check_packed(a, &o, client, &x));
	else if (!str_eq(o.format, STR("none")) || !str_eq(o.statement, STR("\xa0")))
		return FAIL(ERR_DENIED, "an attestation was not asked for");
	*said = x;
	return OK;
}

err webauthn_assert(struct arena *a, const struct webauthn_site *site, str client,
		    str data, str signature, str public_key, struct webauthn_said *said)
{
	struct webauthn_said x;
	TRY(read_data(a, site, data, false, &x));
	TRY(check_signature(a, public_key, data, client, signature));
	*said = x;
	return OK;
}
