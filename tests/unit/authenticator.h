/* tests/unit/authenticator.h: an authenticator of the test's own, and what it says. Chromium's is
 * tests/e2e/test_passkey.py. */
#pragma once

#include "account/cose.h"
#include "account/webauthn.h"
#include "base/buf.h"
#include "base/enc.h"
#include "store_folder.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>

static const struct webauthn_site SITE = { { "https://lists.example", 21 },
					   { "lists.example", 13 } };

struct device {
	int algorithm;
	EVP_PKEY *key;
	const char *id;
	unsigned flags, counter;
};

static inline void add_octets(struct buf *b, str s)
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

static inline void make_keys(void)
{
	devices[0].key = EVP_EC_gen("prime256v1");
	devices[1].key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	devices[2].key = EVP_RSA_gen(2048);
	CHECK(devices[0].key && devices[1].key && devices[2].key);
}

static inline void free_keys(void)
{
	for (size_t i = 0; i < 3; i++)
		EVP_PKEY_free(devices[i].key);
}
