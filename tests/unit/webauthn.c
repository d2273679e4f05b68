/* account/cbor.h, account/cose.h, account/webauthn.h, account/passkey.h: what an authenticator of
 * the test's own says, and what is wrong with it. Chromium's is tests/e2e/test_passkey.py. */
#include "account/passkey.h"
#include "store_folder.h"

#include "account/cbor.h"
#include "account/cose.h"
#include "base/buf.h"
#include "base/enc.h"
#include "store/lists/passkey.h"
#include "store/lists/person.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>

static const struct webauthn_site SITE = { { "https://lists.example", 21 },
					   { "lists.example", 13 } };

/* ---- an authenticator */

struct device {
	int algorithm;
	EVP_PKEY *key;
	const char *id;
	unsigned flags, counter;
};

static void add_octets(struct buf *b, str s)
{
	char head[] = { 0x59, (char)(s.n >> 8), (char)s.n };
	buf_cat(b, ((str){ head, 3 }), s);
}

static str rsa_number(struct arena *a, EVP_PKEY *key, const char *name)
{
	BIGNUM *n = NULL;
	CHECK(EVP_PKEY_get_bn_param(key, name, &n) == 1);
	char *to = arena_alloc(a, (size_t)BN_num_bytes(n));
	str out = { to, (size_t)BN_bn2bin(n, (unsigned char *)to) };
	BN_free(n);
	return out;
}

static str public_key(struct arena *a, const struct device *d)
{
	unsigned char raw[200];
	size_t n = sizeof raw;
	BUF(b);
	if (d->algorithm == COSE_ES256) {
		CHECK(EVP_PKEY_get_octet_string_param(d->key, OSSL_PKEY_PARAM_PUB_KEY,
						      raw, sizeof raw, &n)
		      == 1);
		buf_add(&b, STR("\xa5\x01\x02\x03\x26\x20\x01\x21"));
		add_octets(&b, (str){ (char *)raw + 1, 32 });
		buf_add(&b, STR("\x22"));
		add_octets(&b, (str){ (char *)raw + 33, 32 });
	} else if (d->algorithm == COSE_EDDSA) {
		CHECK(EVP_PKEY_get_raw_public_key(d->key, raw, &n) == 1);
		buf_add(&b, STR("\xa4\x01\x01\x03\x27\x20\x06\x21"));
		add_octets(&b, (str){ (char *)raw, n });
	} else {
		buf_add(&b, STR("\xa4\x01\x03\x03\x39\x01\x00\x20"));
		add_octets(&b, rsa_number(a, d->key, OSSL_PKEY_PARAM_RSA_N));
		buf_add(&b, STR("\x21"));
		add_octets(&b, rsa_number(a, d->key, OSSL_PKEY_PARAM_RSA_E));
	}
	return arena_copy(a, buf_str(&b));
}

static str data_of(struct arena *a, const struct device *d, str rp, bool attests)
{
	unsigned char hash[32];
	char fixed[] = { (char)(d->flags | (attests ? 64 : 0)), 0, 0,
			 (char)(d->counter >> 8), (char)d->counter };
	char length[] = { 0, (char)strlen(d->id) };
	BUF(b);
	crypto_hash_sha256(hash, (const unsigned char *)rp.p, rp.n);
	buf_cat(&b, ((str){ (char *)hash, 32 }), ((str){ fixed, sizeof fixed }));
	if (attests)
		buf_cat(&b, STR("0123456789abcdef"), ((str){ length, 2 }),
			str_from(d->id), public_key(a, d));
	return arena_copy(a, buf_str(&b));
}

static str client_of(struct arena *a, const char *type, const char *origin, str challenge)
{
	return arena_cat(a, STR("{\"type\":\"webauthn."), str_from(type),
			 STR("\",\"challenge\":\""), enc_base64url(a, challenge),
			 STR("\",\"origin\":\""), str_from(origin),
			 STR("\",\"crossOrigin\":false}"));
}

static str signed_by(struct arena *a, const struct device *d, str data, str client)
{
	unsigned char hash[32], *to = arena_alloc(a, 600);
	size_t n = 600;
	crypto_hash_sha256(hash, (const unsigned char *)client.p, client.n);
	str text = arena_cat(a, data, ((str){ (char *)hash, 32 }));
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	CHECK(EVP_DigestSignInit(c, NULL,
				 d->algorithm == COSE_EDDSA ? NULL : EVP_sha256(), NULL,
				 d->key)
	      == 1);
	CHECK(EVP_DigestSign(c, to, &n, (const unsigned char *)text.p, text.n) == 1);
	EVP_MD_CTX_free(c);
	return (str){ (char *)to, n };
}

static str object_of(struct arena *a, const struct device *d, str data, str client,
		     bool packed)
{
	BUF(b);
	buf_add(&b, STR("\xa3\x63"
			"fmt"));
	if (packed) {
		buf_add(&b, STR("\x66"
				"packed"
				"\x67"
				"attStmt"
				"\xa2\x63"
				"alg"));
		buf_add(&b, d->algorithm == COSE_ES256   ? STR("\x26")
			    : d->algorithm == COSE_EDDSA ? STR("\x27")
							 : STR("\x39\x01\x00"));
		buf_add(&b, STR("\x63"
				"sig"));
		add_octets(&b, signed_by(a, d, data, client));
	} else {
		buf_add(&b, STR("\x64"
				"none"
				"\x67"
				"attStmt"
				"\xa0"));
	}
	buf_add(&b, STR("\x68"
			"authData"));
	add_octets(&b, data);
	return arena_copy(a, buf_str(&b));
}

static struct device devices[] = {
	{ COSE_ES256, NULL, "an id of ES256", 5, 7 },
	{ COSE_EDDSA, NULL, "an id of EdDSA", 5, 7 },
	{ COSE_RS256, NULL, "an id of RS256", 1, 0 },
};

static void make_keys(void)
{
	devices[0].key = EVP_EC_gen("prime256v1");
	devices[1].key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	devices[2].key = EVP_RSA_gen(2048);
	CHECK(devices[0].key && devices[1].key && devices[2].key);
}

/* ---- CBOR */

static void cbor(void)
{
	static const struct {
		str in;
		enum cbor_kind kind;
		int64_t number;
		size_t count, rest;
	} good[] = {
		{ STR("\x00"), CBOR_NUMBER, 0, 0, 0 },
		{ STR("\x17"
		      "x"),
		  CBOR_NUMBER, 23, 0, 1 },
		{ STR("\x18\xff"), CBOR_NUMBER, 255, 0, 0 },
		{ STR("\x19\x01\x00"), CBOR_NUMBER, 256, 0, 0 },
		{ STR("\x1a\xff\xff\xff\xff"), CBOR_NUMBER, 4294967295, 0, 0 },
		{ STR("\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"), CBOR_NUMBER, INT64_MAX, 0,
		  0 },
		{ STR("\x20"), CBOR_NUMBER, -1, 0, 0 },
		{ STR("\x39\x01\x00"), CBOR_NUMBER, -257, 0, 0 },
		{ STR("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"), CBOR_NUMBER, INT64_MIN, 0,
		  0 },
		{ STR("\x43"
		      "abcd"),
		  CBOR_OCTETS, 0, 0, 1 },
		{ STR("\x63"
		      "abc"),
		  CBOR_TEXT, 0, 0, 0 },
		{ STR("\x82\x01\x02"), CBOR_ARRAY, 0, 2, 2 },
		{ STR("\xa1\x01\x02"), CBOR_MAP, 0, 1, 2 },
		{ STR("\xf5"), CBOR_OTHER, 0, 0, 0 },
		{ STR("\xfb"
		      "12345678"),
		  CBOR_OTHER, 0, 0, 0 },
	};
	static const str bad[] = {
		STR(""),
		STR("\x18"),
		STR("\x19\x01"),
		STR("\x1b"
		    "1234567"),
		STR("\x1b\x80\0\0\0\0\0\0\0"),
		STR("\x1c"),
		STR("\x5f\x41"
		    "a"
		    "\xff"),
		STR("\x9f\xff"),
		STR("\xc0\x61"
		    "x"),
		STR("\x44"
		    "abc"),
		STR("\x5b\xff\xff\xff\xff\xff\xff\xff\xff"),
		STR("\x83\x01\x02"),
		STR("\xbf\xff"),
		STR("\xff"),
	};
	struct cbor x;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		str rest = good[i].in;
		CHECK(ok(cbor_next(&rest, &x)) && x.kind == good[i].kind
		      && x.number == good[i].number && x.count == good[i].count
		      && rest.n == good[i].rest);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		str rest = bad[i];
		CHECK(cbor_next(&rest, &x).kind == ERR_SYNTAX && rest.n == bad[i].n);
	}
	str rest = STR("\xa2\x01\x82\x02\x61"
		       "x"
		       "\x20\xa0"
		       "more");
	CHECK(ok(cbor_skip(&rest)) && str_eq(rest, STR("more")));
	rest = STR("\x81\x81\x81\x81\x81\x81\x81\x01");
	CHECK(ok(cbor_skip(&rest)) && !rest.n);
	rest = STR("\x81\x81\x81\x81\x81\x81\x81\x81\x01");
	CHECK(cbor_skip(&rest).kind == ERR_LIMIT && rest.n == 9);
	static char many[1100];
	memset(many, 0x01, sizeof many);
	memcpy(many, "\x99\x04\x00", 3);
	rest = (str){ many, sizeof many };
	CHECK(cbor_skip(&rest).kind == ERR_LIMIT);
}

/* ---- keys */

static void keys(struct arena *a)
{
	for (size_t i = 0; i < 3; i++) {
		struct cose_key key;
		str octets = public_key(a, &devices[i]),
		    rest = arena_cat(a, octets, STR("x"));
		CHECK(ok(cose_read(&rest, &key)) && str_eq(rest, STR("x"))
		      && (int)key.algorithm == devices[i].algorithm);
		for (size_t n = 0; n < octets.n; n++) {
			str cut = str_first(octets, n);
			CHECK(cose_read(&cut, &key).kind == ERR_SYNTAX);
		}
		for (size_t n = 0; n < 8; n++) { /* type, algorithm, curve */
			char *bad = arena_z(a, octets);
			memcpy(bad, octets.p, octets.n);
			bad[n] ^= 0x40;
			str other = { bad, octets.n };
			CHECK(cose_read(&other, &key).kind);
		}
	}
	str point = public_key(a, &devices[0]);
	char *off = arena_alloc(a, point.n);
	memcpy(off, point.p, point.n);
	off[point.n - 1] ^= 1; /* on no curve */
	struct cose_key key;
	str rest = { off, point.n };
	CHECK(ok(cose_read(&rest, &key)));
	CHECK(cose_verify(&key, STR("x"), STR("y")).kind == ERR_DENIED);
}

/* ---- what is said, and what is wrong with it */

static void saying(struct arena *a, const struct device *d)
{
	struct webauthn_said x;
	str made = client_of(a, "create", "https://lists.example", STR("c")), challenge;
	str data = data_of(a, d, SITE.id, true);
	str object = object_of(a, d, data, made, false);
	str packed = object_of(a, d, data, made, true);
	CHECK(ok(webauthn_client(a, &SITE, WEBAUTHN_CREATE, made, &challenge))
	      && str_eq(challenge, STR("c")));
	CHECK(ok(webauthn_attest(a, &SITE, made, object, &x)));
	CHECK(str_eq(x.credential, str_from(d->id)) && x.counter == d->counter
	      && x.verified == (d->flags == 5) && str_eq(x.public_key, public_key(a, d)));
	CHECK(ok(webauthn_attest(a, &SITE, made, packed, &x)));
	CHECK(webauthn_attest(a, &SITE, STR("{}"), packed, &x).kind == ERR_DENIED);
	str key = public_key(a, d),
	    got = client_of(a, "get", "https://lists.example", STR("c"));
	for (size_t n = 0; n < object.n; n++)
		CHECK(webauthn_attest(a, &SITE, made, str_first(object, n), &x).kind
		      == ERR_SYNTAX);
	CHECK(webauthn_attest(a, &SITE, made, arena_cat(a, object, STR("x")), &x).kind
	      == ERR_SYNTAX);
	str said = data_of(a, d, SITE.id, false), signature = signed_by(a, d, said, got);
	CHECK(ok(webauthn_assert(a, &SITE, got, said, signature, key, &x)));
	CHECK(webauthn_assert(a, &SITE, made, said, signature, key, &x).kind
	      == ERR_DENIED);
	for (size_t n = 0; n < signature.n; n++)
		CHECK(webauthn_assert(a, &SITE, got, said, str_first(signature, n), key,
				      &x)
			      .kind
		      == ERR_DENIED);
	for (size_t n = 0; n < said.n; n++) {
		char *bad = arena_z(a, said);
		memcpy(bad, said.p, said.n);
		bad[n] ^= 2;
		CHECK(webauthn_assert(a, &SITE, got, (str){ bad, said.n }, signature, key,
				      &x)
			      .kind);
	}
	str elsewhere = data_of(a, d, STR("evil.example"), false);
	CHECK(webauthn_assert(a, &SITE, got, elsewhere, signed_by(a, d, elsewhere, got),
			      key, &x)
		      .kind
	      == ERR_DENIED);
	struct device absent = *d;
	absent.flags = 4;
	str nobody = data_of(a, &absent, SITE.id, false);
	CHECK(webauthn_assert(a, &SITE, got, nobody, signed_by(a, d, nobody, got), key,
			      &x)
		      .kind
	      == ERR_DENIED);
	const struct device *other = d == devices ? &devices[1] : &devices[0];
	CHECK(webauthn_assert(a, &SITE, got, said, signature, public_key(a, other), &x)
		      .kind
	      == ERR_DENIED);
}

static void clients(struct arena *a)
{
	static const struct {
		const char *text;
		enum err_kind kind;
	} rows[] = {
		{ "", ERR_SYNTAX },
		{ "[]", ERR_SYNTAX },
		{ "{\"type\":\"webauthn.get\",\"type\":\"webauthn.get\"}", ERR_SYNTAX },
		{ "{}", ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://lists.example\"}",
		  ERR_NONE },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example\",\"challenge\":\"=\"}",
		  ERR_SYNTAX },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example.evil.example\",\"challenge\":\"YQ\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"http://"
		  "lists.example\",\"challenge\":\"YQ\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example:444\",\"challenge\":\"YQ\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":[\"https://"
		  "lists.example\"],\"challenge\":\"YQ\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example\",\"challenge\":\"YQ\",\"crossOrigin\":true}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example\",\"challenge\":\"YQ\",\"crossOrigin\":\"no\"}",
		  ERR_DENIED },
		{ "{\"type\":\"webauthn.get\",\"origin\":\"https://"
		  "lists.example\",\"challenge\":\"YQ\",\"more\":{}}",
		  ERR_NONE },
	};
	str challenge;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(webauthn_client(a, &SITE, WEBAUTHN_GET, str_from(rows[i].text),
				      &challenge)
			      .kind
		      == rows[i].kind);
	static char much[WEBAUTHN_CLIENT_MAX + 1];
	memset(much, ' ', sizeof much);
	CHECK(webauthn_client(a, &SITE, WEBAUTHN_GET, (str){ much, sizeof much },
			      &challenge)
		      .kind
	      == ERR_LIMIT);
}

/* ---- those that are kept */

static const struct mac_key key = { "0123456789abcdef0123456789abcde" };

static struct passkey_answer answer(struct arena *a, const struct device *d,
				    const char *type, str challenge, str user)
{
	str client = client_of(a, type, "https://lists.example", challenge);
	bool makes = !strcmp(type, "create");
	str data = data_of(a, d, SITE.id, makes);
	str said = makes ? object_of(a, d, data, client, false) : data;
	return (struct passkey_answer){
		.id = enc_base64url(a, str_from(d->id)),
		.client = enc_base64url(a, client),
		.data = enc_base64url(a, said),
		.signature = enc_base64url(a, makes ? STR("")
						    : signed_by(a, d, data, client)),
		.user = enc_base64url(a, user),
	};
}

static void keeping(struct arena *a, struct book *b)
{
	int64_t anna = 0, ben = 0;
	struct device *d = &devices[0];
	struct passkey_signed who;
	struct passkey_answer x;
	str of = STR("add one"), c = passkey_challenge(a, &key, of);
	CHECK(ok(person_add(b, STR("Anna"), 1000, &anna)));
	CHECK(ok(person_add(b, STR("Ben"), 1000, &ben)));
	x = answer(a, d, "create", c, STR(""));
	CHECK(passkey_add_new(a, b, &SITE, &key, STR("add two"), anna, STR("k"), &x).kind
	      == ERR_DENIED);
	CHECK(passkey_add_new(a, b, &SITE, &key, of, anna, STR(""), &x).kind
	      == ERR_SYNTAX);
	CHECK(passkey_add_new(a, b, &SITE, &key, of, anna, STR("a\nb"), &x).kind
	      == ERR_SYNTAX);
	CHECK(ok(passkey_add_new(a, b, &SITE, &key, of, anna, STR("k"), &x)));
	CHECK(passkey_add_new(a, b, &SITE, &key, of, anna, STR("k"), &x).kind
	      == ERR_DENIED);
	x = answer(a, d, "create", passkey_challenge(a, &key, of), STR(""));
	CHECK(passkey_add_new(a, b, &SITE, &key, of, ben, STR("k"), &x).kind
	      == ERR_DENIED);

	str handle = passkey_handle(a, &key, anna), in = STR("sign-in");
	d->counter++;
	x = answer(a, d, "get", passkey_challenge(a, &key, in), handle);
	CHECK(ok(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who)) && who.person == anna
	      && who.verified && str_eq(who.name, STR("k")));
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED
	      && !who.person); /* again */
	x = answer(a, d, "get", passkey_challenge(a, &key, in), handle);
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED
	      && who.back); /* the counter stands still */
	d->counter++;
	x = answer(a, d, "get", passkey_challenge(a, &key, in), STR("")); /* no handle */
	CHECK(ok(passkey_sign(a, b, &SITE, &key, in, anna, &x, &who)));
	d->counter++;
	x = answer(a, d, "get", passkey_challenge(a, &key, in),
		   passkey_handle(a, &key, ben));
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x = answer(a, d, "get", passkey_challenge(a, &key, in), handle);
	CHECK(passkey_sign(a, b, &SITE, &key, in, ben, &x, &who).kind == ERR_DENIED);
	x = answer(a, &devices[1], "get", passkey_challenge(a, &key, in), STR(""));
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x.id = enc_base64url(a, str_from(d->id)); /* another key's signature */
	x = (struct passkey_answer){ x.id, x.client, x.data, x.signature, x.user };
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x = answer(a, d, "create", passkey_challenge(a, &key, in), handle);
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x = answer(a, d, "get", STR("a challenge of their own"), handle);
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_DENIED);
	x.data = STR("!");
	CHECK(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who).kind == ERR_SYNTAX);
	for (size_t i = 1; i < 3; i++) { /* several of a person */
		x = answer(a, &devices[i], "create", passkey_challenge(a, &key, of),
			   STR(""));
		CHECK(ok(passkey_add_new(a, b, &SITE, &key, of, anna, STR("m"), &x)));
		devices[i].counter += devices[i].counter > 0;
		x = answer(a, &devices[i], "get", passkey_challenge(a, &key, in), handle);
		CHECK(ok(passkey_sign(a, b, &SITE, &key, in, 0, &x, &who))
		      && who.verified == (i == 1));
	}
	x = answer(a, &devices[2], "get", passkey_challenge(a, &key, in), handle);
	CHECK(ok(passkey_sign(a, b, &SITE, &key, in, 0, &x,
			      &who))); /* it does not count */
}

/* A folder for the fuzzer's corpus, where one is named. */
static void write_samples(struct arena *a)
{
	const char *folder = getenv("SAMPLES");
	for (size_t i = 0; folder && i < 3; i++)
		for (int packed = 0; packed < 2; packed++) {
			str object = object_of(a, &devices[i],
					       data_of(a, &devices[i], SITE.id, true),
					       STR("{}"), packed);
			FILE *f = fopen(arena_z(a, arena_printf(a, "%s/object-%zu-%d",
								folder, i, packed)),
					"w");
			fwrite(object.p, 1, object.n, f);
			fclose(f);
		}
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_LISTS);
	make_keys();
	cbor();
	keys(a);
	for (size_t i = 0; i < 3; i++)
		saying(a, &devices[i]);
	clients(a);
	keeping(a, b);
	write_samples(a);
	for (size_t i = 0; i < 3; i++)
		EVP_PKEY_free(devices[i].key);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
