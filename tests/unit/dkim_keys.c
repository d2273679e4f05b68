/* Keys that sign and keys that DNS publishes, as they are and as they must not be. */
#include "tests/check.h"
#include "tests/unit/yaml_doc.h"
#include "base/enc.h"
#include "trust/der.h"
#include "trust/dkim.h"
#include "trust/key.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static void test_keys(void)
{
	ARENA(a);
	struct sign_key *key = NULL;
	CHECK(sign_key_load(a, STR("no key"), &key).kind == ERR_SYNTAX && !key);
	CHECK(sign_key_load(a, STR_NONE, &key).kind == ERR_SYNTAX && !key);
	str line = key_zone_line(a, STR("s1._domainkey.uni.example"),
				 arena_cat(a, STR("v=DKIM1; k=rsa; p="),
					   enc_hex(a, arena_printf(a, "%0180d", 0))));
	CHECK(str_starts(
		line, STR("s1._domainkey.uni.example. IN TXT ( \"v=DKIM1; k=rsa; p=")));
	CHECK(str_ends(line, STR("\" )")) && str_find(line, STR("\" \"")).n);
	const char *dir = data_folder();
	str pem;
	if (!dir)
		return;
	static const struct {
		const char *file;
		enum err_kind kind;
	} files[] = { { "rsa", ERR_NONE },
		      { "ed25519", ERR_NONE },
		      { "small", ERR_DENIED } };
	for (size_t i = 0; i < 3; i++) {
		key = NULL;
		const char *path = arena_printf(a, "%s/dkim/mailauth/private-%s.pem", dir,
						files[i].file)
					   .p;
		CHECK(!file_read(a, path, 10000, &pem).kind);
		CHECK(sign_key_load(a, pem, &key).kind == files[i].kind);
		sign_key_free(key);
	}
}

/* DER that is not as it must be is no key; a NUL byte ends nothing here. */
static void test_der(void)
{
#define PKCS1 "\x30\x0b\x02\x04\x00\xc1\x02\x03\x02\x03\x01\x00\x01"
#define D(lit)                       \
	{                            \
		lit, sizeof(lit) - 1 \
	}
#define SPKI "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x0e\x00"
	static const struct {
		str der;
		bool ok;
	} cases[] = {
		{ D(PKCS1), true },
		{ D("\x30\x1f" SPKI PKCS1), true },
		{ D(PKCS1 "\x00"), false },
		{ D("\x30\x81\x0b"
		    "\x02\x04\x00\xc1\x02\x03\x02\x03\x01\x00\x01"),
		  false },
		{ D("\x30\x0b\x02\x04\x80\xc1\x02\x03\x02\x03\x01\x00\x01"), false },
		{ D("\x30\x0b\x02\x04\x00\xc1\x02\x03\x02\x04\x01\x00\x01"), false },
		{ D("\x30\x06\x02\x01\x00\x02\x01\x03"), false },
		{ D("\x30\x06\x02\x01\x05\x02\x01\x00"), false },
		{ D("\x30\x80"), false },
		{ D("\x30\x84\xff\xff\xff\xff"), false },
		{ D("\x30"), false },
		{ D(""), false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str n, e;
		bool ok = der_rsa_key(cases[i].der, &n, &e);
		CHECK(ok == cases[i].ok);
		CHECK(!ok
		      || (str_eq(n, STR("\xc1\x02\x03"))
			  && str_eq(e, STR("\x01\x00\x01"))));
	}
}

/* RFC 8301 section 3.2: a signature that is right counts for nothing below 1024 bits. */
static void test_sizes(void)
{
	static const struct {
		unsigned bits;
		enum err_kind kind;
	} rows[] = { { 768, ERR_DENIED }, { 1024, ERR_NONE } };
	unsigned char sum[HASH_SIZE] = { 1, 2, 3 };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned char signature[128], *der = NULL;
		size_t n = sizeof signature;
		EVP_PKEY *pkey = EVP_RSA_gen(rows[i].bits);
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
		CHECK(ctx && EVP_PKEY_sign_init(ctx) > 0
		      && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0
		      && EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) > 0
		      && EVP_PKEY_sign(ctx, signature, &n, sum, sizeof sum) > 0);
		int der_n = i2d_PUBKEY(pkey, &der);
		CHECK(der_n > 0);
		struct key_record key = { .alg = SIGN_RSA,
					  .bytes = { (char *)der, (size_t)der_n } };
		err e = key_check(&key, sum, (str){ (char *)signature, n });
		CHECK(e.kind == rows[i].kind && key.bits == rows[i].bits);
		OPENSSL_free(der);
		EVP_PKEY_CTX_free(ctx);
		EVP_PKEY_free(pkey);
	}
}

int main(void)
{
	test_keys();
	test_sizes();
	test_der();
	return check_done();
}
