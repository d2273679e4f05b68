#include "account/jwt.h"

#include "base/enc.h"
#include "tests/check.h"
#include "tests/jwt_vectors.h"

#define SET(keys) "{\"keys\":[" keys "]}"

static enum err_kind check(struct arena *a, const char *set, str token)
{
	struct jwks keys;
	struct jwt t;
	str claims;
	err e = jwks_read(a, str_from(set), &keys);
	if (!e.kind)
		e = jwt_read(a, token, &t);
	if (!e.kind)
		e = jwt_check(&t, &keys, &claims);
	return e.kind;
}

static void vectors(struct arena *a)
{
	static const char *const tokens[] = { RS256, ES256, EDDSA };
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
		str whole = str_from(tokens[i]);
		CHECK(check(a, SET(RSA "," EC "," ED), whole) == ERR_NONE);
		for (size_t at = 0; at < whole.n; at += 7) {
			char *z = arena_z(a, whole);
			z[at] = z[at] == 'A' ? 'B' : 'A';
			CHECK(check(a, SET(RSA "," EC "," ED), str_from(z)) != ERR_NONE);
		}
	}
	CHECK(check(a, SET(EC "," ED), STR(RS256)) == ERR_NOTFOUND);
	CHECK(check(a, SET(), STR(ES256)) == ERR_NOTFOUND);
}

static str token(struct arena *a, const char *header)
{
	return arena_cat(a, enc_base64url(a, str_from(header)), STR("." JOE "."),
			 STR("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2U"));
}

static void algorithms(struct arena *a)
{
	static const struct {
		const char *header;
		enum err_kind kind;
	} cases[] = {
		{ "{\"alg\":\"none\"}", ERR_DENIED },
		{ "{\"alg\":\"None\"}", ERR_DENIED },
		{ "{\"alg\":\"HS256\"}", ERR_DENIED },
		{ "{\"alg\":\"HS512\",\"kid\":\"r\"}", ERR_DENIED },
		{ "{\"alg\":\"RS1\"}", ERR_DENIED },
		{ "{\"alg\":\"\"}", ERR_DENIED },
		{ "{\"alg\":7}", ERR_SYNTAX },
		{ "{}", ERR_SYNTAX },
		{ "[]", ERR_SYNTAX },
		{ "{\"alg\":\"RS256\",\"alg\":\"none\"}", ERR_SYNTAX },
		{ "{\"alg\":\"RS256\",\"crit\":[\"b64\"]}", ERR_DENIED },
		{ "{\"alg\":\"RS256\",\"kid\":7}", ERR_SYNTAX },
		{ "{\"alg\":\"RS256\",\"kid\":\"e\"}", ERR_NOTFOUND }, /* another kind */
		{ "{\"alg\":\"RS256\",\"kid\":\"r\"}", ERR_DENIED },
		{ "{\"alg\":\"RS256\",\"jwk\":" RSA "}", ERR_DENIED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(check(a, SET(RSA "," EC), token(a, cases[i].header))
		      == cases[i].kind);
	CHECK(check(a, SET(RSA), STR("eyJhbGciOiJub25lIn0." JOE ".")) == ERR_DENIED);
}

static void no_tokens(struct arena *a)
{
	static const char *const texts[] = {
		"", ".", "..", "a.b", "eyJhbGciOiJSUzI1NiJ9." JOE, RS256 ".x", RS256 "=",
	};
	struct jwt t = { .kid = STR("untouched") };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		CHECK(jwt_read(a, str_from(texts[i]), &t).kind == ERR_SYNTAX);
	char *large = arena_alloc(a, JWT_MAX + 1);
	memset(large, 'A', JWT_MAX + 1);
	CHECK(jwt_read(a, (str){ large, JWT_MAX + 1 }, &t).kind == ERR_LIMIT);
	CHECK(str_eq(t.kid, STR("untouched")));
}

static void keys_that_are_passed_over(struct arena *a)
{
	static const struct {
		const char *set;
		enum err_kind kind;
		size_t count;
	} cases[] = {
		{ SET(RSA "," EC "," ED), ERR_NONE, 3 },
		{ SET(), ERR_NONE, 0 },
		{ SET("7,\"x\",null,{}"), ERR_NONE, 0 },
		{ SET("{\"kty\":\"oct\",\"k\":\"AAAA\"}"), ERR_NONE, 0 },
		{ SET("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"), ERR_NONE, 0 },
		{ SET("{\"kty\":\"RSA\",\"use\":\"enc\",\"n\":\"" RSA_N
		      "\",\"e\":\"AQAB\"}"),
		  ERR_NONE, 0 },
		{ SET("{\"kty\":\"RSA\",\"alg\":\"RS512\",\"n\":\"" RSA_N
		      "\",\"e\":\"AQAB\"}"),
		  ERR_NONE, 0 },
		{ SET("{\"kty\":\"RSA\",\"n\":\"" RSA_N "\"}"), ERR_NONE, 0 },
		{ SET("{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AAAA\",\"y\":\"AAAA\"}"),
		  ERR_NONE, 0 },
		{ SET("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}"),
		  ERR_NONE, 0 },
		{ "{\"keys\":{}}", ERR_SYNTAX, 9 },
		{ "[]", ERR_SYNTAX, 9 },
		{ "", ERR_SYNTAX, 9 },
		{ "{\"keys\":[],\"keys\":[]}", ERR_SYNTAX, 9 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct jwks keys = { .count = 9 };
		CHECK(jwks_read(a, str_from(cases[i].set), &keys).kind == cases[i].kind);
		CHECK(keys.count == cases[i].count);
	}
}

/* A point beside the curve, and a name that two keys have. */
static void wrong_keys(struct arena *a)
{
	CHECK(check(a,
		    SET("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe"
			"1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e"
			"8Tus9uPHvRVEU\"}"),
		    STR(ES256))
	      == ERR_DENIED);
	CHECK(check(a, SET(EC "," EC), STR(ES256)) == ERR_NOTFOUND);
}

int main(void)
{
	ARENA(a);
	vectors(a);
	algorithms(a);
	no_tokens(a);
	keys_that_are_passed_over(a);
	wrong_keys(a);
	return check_done();
}
