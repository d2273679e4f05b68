/* account/jwk.h: keys that another server publishes as a JSON Web Key Set (RFC 7517), and
 * signatures made with them (RFC 7518 section 3, RFC 8037). What we do not verify by is
 * passed over: other kinds of keys, keys for encryption, RSA below 2048 bits.
 *
 *     TRY(jwks_read(a, text, &keys));
 *     const struct jwk *key = jwks_find(&keys, JWK_ES256, kid);   // NULL: fetch them anew
 *     if (jwk_signed(key, input, signature)) ...
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { JWKS_MAX = 128 << 10, JWKS_KEYS = 64, JWK_RSA_MIN = 2048, JWK_RSA_MAX = 8192 };

enum jwk_alg { JWK_RS256, JWK_ES256, JWK_EDDSA, JWK_ALGS };

struct jwk {
	enum jwk_alg alg;
	str kid;      /* or empty */
	str one, two; /* RSA: n and e; EC: x and y; OKP: x alone. Octets */
};

struct jwks {
	struct jwk rows[JWKS_KEYS];
	size_t count;
};

/* "RS256", "ES256", "EdDSA"; false: another one, as none and HS256 are, which no
 * published key can verify. */
bool jwk_alg_find(str name, enum jwk_alg *alg);

/* Texts live in a. ERR_SYNTAX: no such set. ERR_LIMIT: longer than JWKS_MAX, or more than
 * JWKS_KEYS keys that we could verify by. */
MUST_USE err jwks_read(struct arena *a, str text, struct jwks *keys);

/* The key of that name, or with kid empty the only one for alg. */
const struct jwk *jwks_find(const struct jwks *keys, enum jwk_alg alg, str kid);

/* Whether signature is the key's over input. */
bool jwk_signed(const struct jwk *key, str input, str signature);
