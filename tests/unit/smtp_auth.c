/* AUTH: its mechanisms, and how often it is tried. */
#include "smtp_play.h"

#include "base/enc.h"

#include <openssl/evp.h>
#include <sodium.h>

static void auth(struct arena *a)
{
	static const struct {
		const char *what;
		bool tls;
		struct turn turns[6];
	} cases[] = {
		{ "PLAIN at once",
		  true,
		  { { "AUTH PLAIN AGFubmFAaGVyZS5leGFtcGxlAHNlY3JldA==", "235 2.7.0" },
		    { "AUTH PLAIN", "503 5.5.1 signed in" },
		    { "MAIL FROM:<anna@here.example>", "250" } } },
		{ "PLAIN, asked",
		  true,
		  { { "auth plain", "334 \r\n" },
		    { "AGFubmFAaGVyZS5leGFtcGxlAHNlY3JldA==", "235 2.7.0" } } },
		{ "PLAIN for oneself",
		  true,
		  { { "AUTH PLAIN "
		      "YW5uYUBoZXJlLmV4YW1wbGUAYW5uYUBoZXJlLmV4YW1wbGUAc2VjcmV0",
		      "235" } } },
		{ "PLAIN for another",
		  true,
		  { { "AUTH PLAIN cm9vdABhbm5hQGhlcmUuZXhhbXBsZQBzZWNyZXQ=",
		      "535 5.7.8" } } },
		{ "PLAIN wrong",
		  true,
		  { { "AUTH PLAIN AGFubmFAaGVyZS5leGFtcGxlAHdyb25n", "535 5.7.8" },
		    { "MAIL FROM:<anna@here.example>", "530 5.7.0" } } },
		{ "PLAIN empty user", true, { { "AUTH PLAIN AABzZWNyZXQ=", "535" } } },
		{ "PLAIN empty all", true, { { "AUTH PLAIN AAA=", "535" } } },
		{ "PLAIN no NUL", true, { { "AUTH PLAIN YW5uYQ==", "501 5.5.2" } } },
		{ "PLAIN NUL in the token",
		  true,
		  { { "AUTH PLAIN AGFubmFAaGVyZS5leGFtcGxlAHNlY3JldAA=", "535" } } },
		{ "PLAIN =", true, { { "AUTH PLAIN =", "501 5.5.2" } } },
		{ "PLAIN no base64", true, { { "AUTH PLAIN something", "501 5.5.2" } } },
		{ "PLAIN in clear",
		  false,
		  { { "AUTH PLAIN AGFubmFAaGVyZS5leGFtcGxlAHNlY3JldA==",
		      "538 5.7.11" } } },
		{ "LOGIN",
		  true,
		  { { "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n" },
		    { "YW5uYUBoZXJlLmV4YW1wbGU=", "334 UGFzc3dvcmQ6\r\n" },
		    { "c2VjcmV0", "235" } } },
		{ "LOGIN, name given",
		  true,
		  { { "AUTH LOGIN YW5uYUBoZXJlLmV4YW1wbGU=", "334 UGFzc3dvcmQ6" },
		    { "d3Jvbmc=", "535" } } },
		{ "LOGIN given up",
		  true,
		  { { "AUTH LOGIN", "334" },
		    { "*", "501 5.7.0" },
		    { "MAIL FROM:<anna@here.example>", "530" } } },
		{ "LOGIN in clear", false, { { "AUTH LOGIN", "538" } } },
		{ "unknown", true, { { "AUTH EXTERNAL =", "504 5.5.4" } } },
		{ "CRAM-MD5", true, { { "AUTH CRAM-MD5", "504 5.5.4" } } },
		{ "none", true, { { "AUTH", "501 5.5.4" } } },
		{ "too much", true, { { "AUTH PLAIN a b", "501 5.5.4" } } },
		{ "before MAIL",
		  true,
		  { { "MAIL FROM:<a@here.example>", "530 5.7.0" } } },
		{ "SCRAM rubbish",
		  false,
		  { { "AUTH SCRAM-SHA-256 YWJj", "501 5.5.2" } } },
		{ "SCRAM binding",
		  false, /* p=tls-unique,,n=a,r=b */
		  { { "AUTH SCRAM-SHA-256 cD10bHMtdW5pcXVlLCxuPWEscj1i", "535" } } },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		WITH_SESSION(s, o, SMTP_SUBMISSION);
		static const struct turn ehlo[] = { { "EHLO x", "250-" } };
		if (cases[i].tls)
			smtp_session_tls(&s);
		PLAY(&s, ehlo);
		for (size_t k = 0; k < 6 && cases[i].turns[k].line; k++)
			play(&s, &cases[i].turns[k], 1);
		smtp_session_free(&s);
	}
}

static void too_many_auths(struct arena *a)
{
	WITH_SESSION(s, o, SMTP_SUBMISSIONS);
	struct smtp_reply r;
	smtp_step(&s, STR("EHLO x\r\n"), &r);
	for (int i = 1; i < SMTP_AUTH_MAX; i++) {
		smtp_step(&s, STR("AUTH PLAIN AABzZWNyZXQ=\r\n"), &r);
		CHECK(r.code == 535);
	}
	smtp_step(&s, STR("AUTH PLAIN AABzZWNyZXQ=\r\n"), &r);
	CHECK(r.code == 421 && r.next == SMTP_CLOSE);
	CHECK(!strcmp(o.limit, "refused-auths") && o.auth_refused == SMTP_AUTH_MAX);
	smtp_session_free(&s);
}

/* RFC 5802 section 3, the client's side. */
static str scram_client_proof(struct arena *a, str password, str salt, str auth)
{
	unsigned char salted[32], key[32], stored[32];
	unsigned char *proof = arena_alloc(a, 32);
	PKCS5_PBKDF2_HMAC(password.p, (int)password.n, (const unsigned char *)salt.p,
			  (int)salt.n, SCRAM_ROUNDS, EVP_sha256(), 32, salted);
	crypto_auth_hmacsha256(key, (const unsigned char *)"Client Key", 10, salted);
	crypto_hash_sha256(stored, key, 32);
	crypto_auth_hmacsha256(proof, (const unsigned char *)auth.p, auth.n, stored);
	for (int i = 0; i < 32; i++)
		proof[i] ^= key[i];
	return (str){ (const char *)proof, 32 };
}

/* The client's side of SCRAM against the session. */
static str scram_proof(struct arena *a, str server_first, str password, str *binding)
{
	str bare = STR("n=anna@here.example,r=abc"), nonce, salt64, salt = STR_NONE,
	    head = STR_NONE, rest, mid = STR_NONE;
	CHECK(str_cut(server_first, ',', &head, &rest)
	      && str_cut(rest, ',', &mid, &rest));
	nonce = str_skip(head, 2);
	salt64 = str_skip(mid, 2);
	CHECK(!enc_base64_decode(a, salt64, &salt).kind);
	*binding = arena_cat(a, STR("c=biws,r="), nonce);
	str auth_message = arena_cat(a, bare, STR(","), server_first, STR(","), *binding);
	return scram_client_proof(a, password, salt, auth_message);
}

static void scram(struct arena *a)
{
	static const struct {
		const char *password, *end;
	} cases[] = { { "secret", "235" }, { "wrong", "535" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		WITH_SESSION(s, o, SMTP_SUBMISSION);
		struct smtp_reply r;
		str first = STR_NONE, binding;
		smtp_step(&s, STR("EHLO x\r\n"), &r);
		str hello = enc_base64(a, STR("n,,n=anna@here.example,r=abc"));
		smtp_step(&s,
			  arena_cat(a, STR("AUTH SCRAM-SHA-256 "), hello, STR("\r\n")),
			  &r);
		CHECK(r.code == 334 && !enc_base64_decode(a, r.text, &first).kind);
		str proof = scram_proof(a, first, str_from(cases[i].password), &binding);
		str final = arena_cat(a, binding, STR(",p="), enc_base64(a, proof));
		smtp_step(&s, arena_cat(a, enc_base64(a, final), STR("\r\n")), &r);
		if (r.code == 334)
			smtp_step(&s, STR("\r\n"), &r);
		CHECK(r.code == atoi(cases[i].end));
		CHECK((s.account == 7) == (i == 0));
		CHECK(i || str_eq(s.user, STR("anna@here.example")));
		smtp_session_free(&s);
	}
}

int main(void)
{
	ARENA(a);
	auth(a);
	too_many_auths(a);
	scram(a);
	return check_done();
}
