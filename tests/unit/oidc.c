#include "account/oidc.h"

#include "base/enc.h"
#include "tests/check.h"

#define ISSUER "https://id.lab.example/r"
#define ENDPOINTS                                                                  \
	"\"authorization_endpoint\":\"" ISSUER "/a\",\"token_endpoint\":\"" ISSUER \
	"/t\",\"jwks_uri\":\"https://keys.lab.example/k\""
#define NOW "1790000000"

static void metadata(struct arena *a)
{
	static const struct {
		const char *text;
		enum err_kind kind;
	} cases[] = {
		{ "{\"issuer\":\"" ISSUER "\"," ENDPOINTS "}", ERR_NONE },
		{ "{\"issuer\":\"" ISSUER "/\"," ENDPOINTS "}", ERR_DENIED },
		{ "{\"issuer\":\"https://evil.example\"," ENDPOINTS "}", ERR_DENIED },
		{ "{" ENDPOINTS "}", ERR_DENIED },
		{ "{\"issuer\":\"" ISSUER "\"}", ERR_SYNTAX },
		{ "{\"issuer\":\"" ISSUER
		  "\",\"token_endpoint\":\"https://x/t\"," ENDPOINTS "}",
		  ERR_SYNTAX },
		{ "{\"issuer\":\"" ISSUER "\"," ENDPOINTS
		  ",\"userinfo_endpoint\":\"http://x/u\"}",
		  ERR_SYNTAX },
		{ "{\"issuer\":\"" ISSUER "\"," ENDPOINTS
		  ",\"userinfo_endpoint\":\"https://u:p@x/u\"}",
		  ERR_SYNTAX },
		{ "[]", ERR_SYNTAX },
		{ "<html>", ERR_SYNTAX },
		{ "", ERR_SYNTAX },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct oidc_metadata m = { .issuer = STR("untouched") };
		err e = oidc_metadata_read(a, str_from(cases[i].text), STR(ISSUER), &m);
		CHECK(e.kind == cases[i].kind);
		CHECK(str_eq(m.issuer, e.kind ? STR("untouched") : STR(ISSUER)));
	}
}

static void secrets(struct arena *a)
{
	static const struct {
		const char *ways;
		bool in_form;
	} cases[] = {
		{ "", false }, /* the header is what a provider takes that says nothing */
		{ ",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"]",
		  true },
		{ ",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\","
		  "\"client_secret_basic\"]",
		  false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct oidc_metadata m;
		str text = arena_cat(a, STR("{\"issuer\":\"" ISSUER "\"," ENDPOINTS),
				     str_from(cases[i].ways), STR("}"));
		CHECK(!oidc_metadata_read(a, text, STR(ISSUER), &m).kind
		      && m.secret_in_form == cases[i].in_form);
	}
}

static void question(struct arena *a)
{
	struct oidc_metadata m = { .authorization_endpoint = STR(ISSUER "/a?x=1") };
	struct oidc_flow f = { .client = STR("post ern"),
			       .redirect = STR("https://lists.example/login/at/lab/back"),
			       .state = STR("abc"),
			       .secret = STR("of the browser") };
	struct oidc_flow other = f;
	str url = oidc_authorization_url(a, &m, &f);
	CHECK(str_starts(url,
			 STR(ISSUER "/a?x=1&response_type=code&client_id=post%20ern&")));
	CHECK(str_find(url, STR("&scope=openid%20email%20profile&state=abc&nonce=")).n);
	CHECK(str_find(url, STR("&code_challenge_method=S256")).n);
	CHECK(!str_find(url, STR("max_age")).n);
	f.anew = true;
	CHECK(str_ends(oidc_authorization_url(a, &m, &f), STR("&max_age=0")));
	CHECK(!str_find(url, oidc_verifier(a, &f)).n && !str_find(url, f.secret).n);
	CHECK(oidc_verifier(a, &f).n == 43); /* RFC 7636 section 4.1: 43 to 128 */
	other.secret = STR("of another");
	CHECK(!str_eq(oidc_nonce(a, &f), oidc_nonce(a, &other)));
	CHECK(!str_eq(oidc_nonce(a, &f), oidc_verifier(a, &f)));
	other = f;
	other.state = STR("abd");
	CHECK(!str_eq(oidc_verifier(a, &f), oidc_verifier(a, &other)));
}

static void tokens(struct arena *a)
{
	struct oidc_tokens t;
	CHECK(!oidc_tokens_read(a, STR("{\"id_token\":\"x\",\"access_token\":\"y\"}"), &t)
		       .kind
	      && str_eq(t.id_token, STR("x")) && str_eq(t.access_token, STR("y")));
	err e = oidc_tokens_read(a, STR("{\"error\":\"invalid_grant\\u0007<\"}"), &t);
	CHECK(e.kind == ERR_DENIED && strstr(e.msg, "invalid_grant?<"));
	CHECK(oidc_tokens_read(a, STR("{\"access_token\":\"y\"}"), &t).kind
	      == ERR_SYNTAX);
	CHECK(oidc_tokens_read(a, STR("{}x"), &t).kind == ERR_SYNTAX);
}

/* ---- the ID token */

#define ISS   "\"iss\":\"" ISSUER "\","
#define AUD   "\"aud\":\"postern\","
#define TIMES "\"exp\":1790000300,\"iat\":1790000000,"
#define SUB   "\"sub\":\"248289761001\","
#define NONCE "\"nonce\":\"n-0S6_WzA2Mj\""

static const struct oidc_expected expected = {
	.issuer = STR(ISSUER),
	.client = STR("postern"),
	.nonce = STR("n-0S6_WzA2Mj"),
	/* OpenID Connect Core appendix A.3 */
	.access_token = STR("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
	.claim = STR("email"),
	.now = 1790000010,
};

static const struct {
	const char *claims;
	enum err_kind kind;
	const char *says;
} claims[] = {
	{ "{" ISS AUD TIMES SUB NONCE "}", ERR_NONE, "" },
	{ "{" ISS AUD TIMES SUB NONCE ",\"at_hash\":\"77QmUPtjPfzWtF2AnpK9RQ\"}",
	  ERR_NONE, "" },
	{ "{" ISS AUD TIMES SUB NONCE ",\"at_hash\":\"77QmUPtjPfzWtF2AnpK9RR\"}",
	  ERR_DENIED, "at_hash" },
	{ "{" ISS AUD TIMES SUB NONCE ",\"at_hash\":7}", ERR_DENIED, "at_hash" },
	{ "{" ISS "\"aud\":[\"postern\"]," TIMES SUB NONCE "}", ERR_NONE, "" },
	{ "{" ISS "\"aud\":[\"postern\",\"other\"],\"azp\":\"postern\"," TIMES SUB NONCE
	  "}",
	  ERR_NONE, "" },
	{ "{" ISS "\"aud\":[\"postern\",\"other\"]," TIMES SUB NONCE "}", ERR_DENIED,
	  "azp" },
	{ "{" ISS AUD "\"azp\":\"other\"," TIMES SUB NONCE "}", ERR_DENIED, "azp" },
	{ "{" ISS "\"aud\":\"other\"," TIMES SUB NONCE "}", ERR_DENIED, "aud" },
	{ "{" ISS "\"aud\":[]," TIMES SUB NONCE "}", ERR_DENIED, "aud" },
	{ "{" ISS TIMES SUB NONCE "}", ERR_DENIED, "aud" },
	{ "{\"iss\":\"https://evil.example\"," AUD TIMES SUB NONCE "}", ERR_DENIED,
	  "iss" },
	{ "{" AUD TIMES SUB NONCE "}", ERR_DENIED, "iss" },
	{ "{" ISS AUD SUB NONCE "}", ERR_SYNTAX, "when" },
	{ "{" ISS AUD "\"exp\":\"1790000300\",\"iat\":1790000000," SUB NONCE "}",
	  ERR_SYNTAX, "when" },
	{ "{" ISS AUD "\"exp\":1789999949,\"iat\":1789999900," SUB NONCE "}", ERR_DENIED,
	  "exp" },
	{ "{" ISS AUD "\"exp\":1789999951,\"iat\":1789999900," SUB NONCE "}", ERR_NONE,
	  "" },
	{ "{" ISS AUD "\"exp\":1790000300,\"iat\":1789999000," SUB NONCE "}", ERR_DENIED,
	  "iat" },
	{ "{" ISS AUD "\"exp\":1790000300,\"iat\":1790000071," SUB NONCE "}", ERR_DENIED,
	  "iat" },
	{ "{" ISS AUD "\"exp\":1790000300.5,\"iat\":1790000060.5," SUB NONCE "}",
	  ERR_NONE, "" },
	{ "{" ISS AUD TIMES "\"nbf\":1790000200," SUB NONCE "}", ERR_DENIED, "nbf" },
	{ "{" ISS AUD TIMES NONCE "}", ERR_SYNTAX, "sub" },
	{ "{" ISS AUD TIMES "\"sub\":7," NONCE "}", ERR_SYNTAX, "sub" },
	{ "{" ISS AUD TIMES SUB "\"nonce\":\"another\"}", ERR_DENIED, "nonce" },
	{ "{" ISS AUD TIMES SUB "\"nonce\":\"\"}", ERR_DENIED, "nonce" },
	{ "{" ISS AUD TIMES "\"sub\":\"248289761001\"}", ERR_DENIED, "nonce" },
	{ "{" ISS ISS AUD TIMES SUB NONCE "}", ERR_SYNTAX, "JSON" },
	{ "[]", ERR_SYNTAX, "JSON" },
	{ "", ERR_SYNTAX, "JSON" },
};

static void id_tokens(struct arena *a)
{
	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
		struct oidc_who who = { .subject = STR("untouched") };
		err e = oidc_id_token_check(a, str_from(claims[i].claims), &expected,
					    &who);
		CHECK(e.kind == claims[i].kind);
		CHECK(!e.kind || strstr(e.msg, claims[i].says));
		CHECK(str_eq(who.subject,
			     e.kind ? STR("untouched") : STR("248289761001")));
	}
}

/* What the provider says of when they signed in there, in a flow that began a minute ago. */
static void anew(struct arena *a)
{
	enum { NOW_S = 1790000000, BEGUN = NOW_S - 60 };
	static const struct {
		const char *member;
		bool is;
	} cases[] = {
		{ "", false },
		{ ",\"auth_time\":1790000000", true },
		{ ",\"auth_time\":1789999990.5", true },
		{ ",\"auth_time\":1789999940", true }, /* as it began */
		{ ",\"auth_time\":1789999885", true }, /* another clock */
		{ ",\"auth_time\":1789999875", false },
		{ ",\"auth_time\":1789990000", false },
		{ ",\"auth_time\":1790000055", true },
		{ ",\"auth_time\":1790000065", false },
		{ ",\"auth_time\":1e300", false },
		{ ",\"auth_time\":0", false },
		{ ",\"auth_time\":-1", false },
		{ ",\"auth_time\":\"1790000000\"", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct oidc_who who = { 0 };
		str text = arena_cat(a, STR("{" ISS AUD TIMES SUB NONCE),
				     str_from(cases[i].member), STR("}"));
		CHECK(!oidc_id_token_check(a, text, &expected, &who).kind);
		CHECK(oidc_is_anew(&who, BEGUN, NOW_S) == cases[i].is);
		CHECK(!oidc_is_anew(&who, NOW_S + 600, NOW_S)); /* a clock went back */
	}
}

static void addresses(struct arena *a)
{
	static const struct {
		const char *claim, *members, *userinfo, *address;
		bool proven;
	} cases[] = {
		{ "email", ",\"email\":\"a@lab.example\",\"email_verified\":true", "",
		  "a@lab.example", true },
		{ "email", ",\"email\":\"a@lab.example\",\"email_verified\":\"true\"", "",
		  "a@lab.example", true },
		{ "email", ",\"email\":\"a@lab.example\",\"email_verified\":1", "",
		  "a@lab.example", false },
		{ "email", ",\"email\":\"a@lab.example\"", "", "a@lab.example", false },
		{ "email", ",\"email\":[\"a@lab.example\"],\"email_verified\":true", "",
		  "", false },
		{ "email", "", ",\"email\":\"b@lab.example\",\"email_verified\":true",
		  "b@lab.example", true },
		{ "email", ",\"email\":\"a@lab.example\"",
		  ",\"email\":\"a@lab.example\",\"email_verified\":true", "a@lab.example",
		  true },
		{ "email", ",\"email\":\"a@lab.example\"",
		  ",\"email\":\"b@lab.example\",\"email_verified\":true", "a@lab.example",
		  false },
		{ "upn", ",\"upn\":\"c@lab.example\",\"email_verified\":true", "",
		  "c@lab.example", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct oidc_who who = { 0 };
		struct oidc_expected x = expected;
		x.claim = str_from(cases[i].claim);
		str text = arena_cat(a, STR("{" ISS AUD TIMES SUB NONCE),
				     str_from(cases[i].members), STR("}"));
		CHECK(!oidc_id_token_check(a, text, &x, &who).kind);
		text = arena_cat(a, STR("{\"sub\":\"248289761001\""),
				 str_from(cases[i].userinfo), STR("}"));
		CHECK(!oidc_userinfo_read(a, text, x.claim, &who).kind);
		CHECK(str_eq(who.address, str_from(cases[i].address))
		      && who.proven == cases[i].proven);
	}
	struct oidc_who who = { .subject = STR("1") };
	CHECK(oidc_userinfo_read(a, STR("{\"sub\":\"2\",\"email\":\"x@y\"}"),
				 STR("email"), &who)
		      .kind
	      == ERR_DENIED);
	CHECK(oidc_userinfo_read(a, STR("eyJ"), STR("email"), &who).kind == ERR_SYNTAX);
	CHECK(!who.address.n);
}

int main(void)
{
	ARENA(a);
	metadata(a);
	secrets(a);
	question(a);
	tokens(a);
	id_tokens(a);
	anew(a);
	addresses(a);
	return check_done();
}
