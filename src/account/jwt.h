/* account/jwt.h: a signed statement of another server: a JSON Web Token (RFC 7519) in the
 * compact form of a JWS (RFC 7515 section 7.1).
 *
 *     struct jwt t;
 *     TRY(jwt_read(a, text, &t));          // nothing of it is believed yet
 *     TRY(jwt_check(&t, &keys, &claims));  // it is that server's word
 */
#pragma once

#include "account/jwk.h"

enum { JWT_MAX = 32 << 10 };

struct jwt {
	enum jwk_alg alg;
	str kid;       /* which key it says it is signed with; or empty */
	str input;     /* what is signed: a view of the text */
	str signature; /* octets */
	str claims;    /* JSON */
};

/* ERR_SYNTAX: no such token. ERR_LIMIT: longer than JWT_MAX. ERR_DENIED: its algorithm is
 * none of jwk.h's (RFC 8725 section 3.1), or its header wants something understood that we
 * do not (crit). */
MUST_USE err jwt_read(struct arena *a, str text, struct jwt *t);

/* ERR_NOTFOUND: the key is not among these; they may be older than it. ERR_DENIED: the
 * signature is not the key's. */
MUST_USE err jwt_check(const struct jwt *t, const struct jwks *keys, str *claims);
