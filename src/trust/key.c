#include "trust/key.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/mem.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

enum { RSA_BITS = 2048, RSA_BITS_MIN = 1024, SIGNATURE_MAX = 1024 };

struct sign_key {
	EVP_PKEY *pkey;
	enum sign_alg alg;
	EVP_PKEY_CTX *ready; /* RSA: set up once, copied for each signature */
};

const char *sign_alg_text(enum sign_alg alg)
{
	return alg == SIGN_RSA ? "rsa-sha256" : "ed25519-sha256";
}

enum sign_alg sign_key_alg(const struct sign_key *key)
{
	return key->alg;
}

err sign_key_make(struct arena *a, enum sign_alg alg, str *pem)
{
	EVP_PKEY *pkey = alg == SIGN_RSA
				 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS)
				 : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *out = BIO_new(BIO_s_mem());
	char *text;
	err e = FAIL(ERR_IO, "OpenSSL could not make a signing key");
	if (pkey && out
	    && PEM_write_bio_PKCS8PrivateKey(out, pkey, NULL, NULL, 0, NULL, NULL)) {
		long n = BIO_get_mem_data(out, &text);
		*pem = arena_copy(a, (str){ text, (size_t)n });
		e = OK;
	}
	BIO_free(out);
	EVP_PKEY_free(pkey);
	return e;
}

/* Padding and digest are set once; EVP_PKEY_CTX_dup then saves the look-ups. */
static EVP_PKEY_CTX *rsa_context(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (!ctx || EVP_PKEY_sign_init(ctx) <= 0
	    || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) <= 0
	    || EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) <= 0)
		mem_exhausted();
	return ctx;
}

err sign_key_load(struct arena *a, str pem, struct sign_key **key)
{
	BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *pkey = in ? PEM_read_bio_PrivateKey(in, NULL, NULL, "") : NULL;
	BIO_free(in);
	if (!pkey)
		return FAIL(ERR_SYNTAX,
			    "not a private key in PEM form without a passphrase");
	bool rsa = EVP_PKEY_is_a(pkey, "RSA");
	int bits = EVP_PKEY_get_bits(pkey);
	err e = OK;
	if (!rsa && !EVP_PKEY_is_a(pkey, "ED25519"))
		e = FAIL(ERR_SYNTAX, "a signing key is RSA or Ed25519");
	else if (rsa && bits < RSA_BITS_MIN)
		e = err_in(a, ERR_DENIED,
			   "an RSA key of %d bits: verifiers want 1024 or more", bits);
	if (e.kind) {
		EVP_PKEY_free(pkey);
		return e;
	}
	struct sign_key *k = mem_zero(sizeof *k);
	k->pkey = pkey;
	k->alg = rsa ? SIGN_RSA : SIGN_ED25519;
	k->ready = rsa ? rsa_context(pkey) : NULL;
	*key = k;
	return OK;
}

void sign_key_free(struct sign_key *key)
{
	if (!key)
		return;
	EVP_PKEY_CTX_free(key->ready);
	EVP_PKEY_free(key->pkey);
	free(key);
}

str sign_key_record(struct arena *a, const struct sign_key *key)
{
	if (key->alg == SIGN_ED25519) { /* RFC 8463 section 4: the bare 32 octets */
		unsigned char raw[32];
		size_t n = sizeof raw;
		if (EVP_PKEY_get_raw_public_key(key->pkey, raw, &n) != 1)
			mem_exhausted();
		return arena_cat(a, STR("v=DKIM1; k=ed25519; p="),
				 enc_base64(a, (str){ (char *)raw, n }));
	}
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key->pkey, &der);
	if (n <= 0)
		mem_exhausted();
	str text = arena_cat(a, STR("v=DKIM1; k=rsa; p="),
			     enc_base64(a, (str){ (char *)der, (size_t)n }));
	OPENSSL_free(der);
	return text;
}

str key_zone_line(struct arena *a, str name, str text)
{
	enum { STRING_MAX = 255 }; /* RFC 1035 section 3.3 */
	BUF(line);
	buf_cat(&line, name, STR(". IN TXT ("));
	while (text.n) {
		buf_cat(&line, STR(" \""), str_first(text, STRING_MAX), STR("\""));
		text = str_skip(text, STRING_MAX);
	}
	buf_add(&line, STR(" )"));
	return arena_copy(a, buf_str(&line));
}

static size_t sign_rsa(const struct sign_key *key, const unsigned char *sum,
		       unsigned char *out, size_t room)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_dup(key->ready);
	size_t n = room;
	if (!ctx || EVP_PKEY_sign(ctx, out, &n, sum, HASH_SIZE) <= 0)
		mem_exhausted();
	EVP_PKEY_CTX_free(ctx);
	return n;
}

static size_t sign_ed25519(const struct sign_key *key, const unsigned char *sum,
			   unsigned char *out, size_t room)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = room;
	if (!ctx
	    || EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, key->pkey, NULL) <= 0
	    || EVP_DigestSign(ctx, out, &n, sum, HASH_SIZE) <= 0)
		mem_exhausted();
	EVP_MD_CTX_free(ctx);
	return n;
}

str sign_sum(struct arena *a, const struct sign_key *key,
	     const unsigned char sum[static HASH_SIZE])
{
	/* An RSA key of 8192 bits signs with 1024 octets; none is larger. */
	size_t room = (size_t)EVP_PKEY_get_size(key->pkey);
	unsigned char *out = arena_alloc(a, room);
	size_t n = key->alg == SIGN_RSA ? sign_rsa(key, sum, out, room)
					: sign_ed25519(key, sum, out, room);
	return (str){ (char *)out, n };
}
