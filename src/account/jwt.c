#include "account/jwt.h"

#include "base/enc.h"

#include <jansson.h>

/* What a header says of keys (jwk, jku, x5u) is nobody's word but the token's own, and is
 * not looked at (RFC 8725 section 3.10). */
static err read_header(struct arena *a, const json_t *o, struct jwt *t)
{
	const json_t *alg = json_object_get(o, "alg"), *kid = json_object_get(o, "kid");
	if (!json_is_string(alg) || (kid && !json_is_string(kid)))
		return FAIL(ERR_SYNTAX, "a token without a proper header");
	if (json_object_get(o, "crit"))
		return FAIL(ERR_DENIED,
			    "a token that must not be read without extensions");
	if (!jwk_alg_find(str_from(json_string_value(alg)), &t->alg))
		return FAIL(ERR_DENIED,
			    "a token that is not signed by RS256, ES256 or EdDSA");
	t->kid = arena_copy(a, str_from(json_string_value(kid)));
	return OK;
}

static err read_parts(struct arena *a, str text, str *header, struct jwt *t)
{
	str rest, payload, signature;
	if (!str_cut_last(text, '.', &t->input, &signature)
	    || !str_cut(t->input, '.', header, &rest) || str_has(rest, '.'))
		return FAIL(ERR_SYNTAX, "a token has three parts");
	payload = rest;
	if (enc_base64url_decode(a, *header, header).kind
	    || enc_base64url_decode(a, payload, &t->claims).kind
	    || enc_base64url_decode(a, signature, &t->signature).kind)
		return FAIL(ERR_SYNTAX, "a part of the token is not base64url");
	return OK;
}

err jwt_read(struct arena *a, str text, struct jwt *t)
{
	struct jwt x = { 0 };
	str header;
	if (text.n > JWT_MAX)
		return FAIL(ERR_LIMIT, "a token too long");
	TRY(read_parts(a, text, &header, &x));
	json_t *o = json_loadb(header.n ? header.p : "", header.n, JSON_REJECT_DUPLICATES,
			       NULL);
	err e = read_header(a, o, &x);
	json_decref(o);
	if (!e.kind)
		*t = x;
	return e;
}

err jwt_check(const struct jwt *t, const struct jwks *keys, str *claims)
{
	const struct jwk *key = jwks_find(keys, t->alg, t->kid);
	if (!key)
		return FAIL(ERR_NOTFOUND,
			    "a token signed with a key that is not published");
	if (!jwk_signed(key, t->input, t->signature))
		return FAIL(ERR_DENIED, "a token with a wrong signature");
	*claims = t->claims;
	return OK;
}
