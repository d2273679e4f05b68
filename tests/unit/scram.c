#include "account/scram.h"

#include "base/enc.h"
#include "tests/check.h"

/* The exchange of RFC 7677 section 3. */
static const str FIRST = STR("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
static const str NONCE = STR("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
static const str CHALLENGE = STR("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
				 "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
static const str PROOF = STR(
	"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
static const str LAST = STR("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");

static struct scram_user pencil(struct arena *a, struct scram_keys *keys, size_t count)
{
	struct scram_user who = { .keys = keys, .count = count, .account = 7 };
	CHECK(!enc_base64_decode(a, STR("W22ZaJ0SNY7soEsUEjb6gQ=="), &who.salt).kind);
	for (size_t i = 0; i < count; i++) /* the last one is right */
		scram_derive(i + 1 == count ? STR("pencil") : STR("crayon"), who.salt,
			     SCRAM_ROUNDS, &keys[i]);
	return who;
}

static void vector(struct arena *a)
{
	struct scram_keys keys[3];
	struct scram_user who = pencil(a, keys, 3);
	struct scram x;
	str last;
	size_t which = 99;
	CHECK(!scram_first(a, FIRST, &x).kind && str_eq(x.user, STR("user")));
	CHECK(str_eq(scram_challenge(a, &x, &who, NONCE), CHALLENGE));
	CHECK(!scram_final(a, &x, PROOF, &last, &which).kind);
	CHECK(str_eq(last, LAST) && which == 2);
}

static void refuses(struct arena *a)
{
	static const struct {
		const char *what, *message;
		enum err_kind want;
	} cases[] = {
		{ "wrong proof",
		  "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		  "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVA=",
		  ERR_DENIED },
		{ "another nonce",
		  "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k1,"
		  "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		  ERR_DENIED },
		{ "another header",
		  "c=eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		  "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		  ERR_DENIED },
		{ "short proof", "c=biws,r=x,p=AAAA", ERR_SYNTAX },
		{ "no proof", "c=biws,r=x", ERR_SYNTAX },
		{ "nothing", "", ERR_SYNTAX },
	};
	struct scram_keys keys[1];
	struct scram_user who = pencil(a, keys, 1), nobody = { .salt = who.salt };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scram x;
		str last = STR("untouched");
		size_t which;
		CHECK(!scram_first(a, FIRST, &x).kind);
		scram_challenge(a, &x, &who, NONCE);
		CHECK(scram_final(a, &x, str_from(cases[i].message), &last, &which).kind
		      == cases[i].want);
		CHECK(str_eq(last, STR("untouched")));
	}
	struct scram x;
	str last;
	size_t which;
	CHECK(!scram_first(a, FIRST, &x).kind);
	CHECK(str_eq(scram_challenge(a, &x, &nobody, NONCE), CHALLENGE));
	CHECK(scram_final(a, &x, PROOF, &last, &which).kind == ERR_DENIED);
}

static void firsts(struct arena *a)
{
	static const struct {
		const char *message;
		enum err_kind want;
		const char *user;
	} cases[] = {
		{ "y,,n=anna@uni.example,r=abc", ERR_NONE, "anna@uni.example" },
		{ "n,a=anna,n=anna,r=abc", ERR_NONE, "anna" },
		{ "n,,n=a=2Cb=3Dc,r=abc,ext=1", ERR_NONE, "a,b=c" },
		{ "n,a=root,n=anna,r=abc", ERR_DENIED, "" },
		{ "p=tls-unique,,n=anna,r=abc", ERR_DENIED, "" },
		{ "n,,m=must,n=anna,r=abc", ERR_SYNTAX, "" },
		{ "n,,n=a=2Db,r=abc", ERR_SYNTAX, "" },
		{ "n,,n=a=,r=abc", ERR_SYNTAX, "" },
		{ "n,,n=anna,r=", ERR_SYNTAX, "" },
		{ "n,,n=anna", ERR_SYNTAX, "" },
		{ "n,,", ERR_SYNTAX, "" },
		{ "x,,n=anna,r=abc", ERR_SYNTAX, "" },
		{ "", ERR_SYNTAX, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scram x = { 0 };
		CHECK(scram_first(a, str_from(cases[i].message), &x).kind
		      == cases[i].want);
		CHECK(str_eq(x.user, str_from(cases[i].user)));
	}
}

int main(void)
{
	ARENA(a);
	vector(a);
	refuses(a);
	firsts(a);
	return check_done();
}
