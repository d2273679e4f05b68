/* A set of keys, an empty line's LF, and a token. By the keys of the RFCs no token passes but
 * the RFCs' own. */
#include "fuzz.h"

#include "account/jwt.h"
#include "tests/jwt_vectors.h"

static struct jwks known;

static void read_known(void)
{
	static struct arena *a;
	if (a)
		return;
	a = arena_new();
	must(!jwks_read(a, STR("{\"keys\":[" RSA "," EC "," ED "]}"), &known).kind
	     && known.count == 3);
}

static bool is_known(str token)
{
	return str_eq(token, STR(RS256)) || str_eq(token, STR(ES256))
	       || str_eq(token, STR(EDDSA));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct jwks keys = { .count = 0 };
	struct jwt t;
	str set, token, claims;
	ARENA(a);
	read_known();
	if (!str_cut((str){ (const char *)data, n }, '\n', &set, &token))
		return 0;
	err e = jwks_read(a, set, &keys);
	must(!e.kind || ((e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT) && !keys.count));
	must(keys.count <= JWKS_KEYS);
	e = jwt_read(a, token, &t);
	must(!e.kind || e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT
	     || e.kind == ERR_DENIED);
	if (e.kind)
		return 0;
	must(t.alg < JWK_ALGS && t.input.n + t.signature.n <= token.n);
	if (!jwt_check(&t, &keys, &claims).kind)
		must(str_eq(claims, t.claims) && t.signature.n);
	if (!jwt_check(&t, &known, &claims).kind)
		must(is_known(token));
	return 0;
}
