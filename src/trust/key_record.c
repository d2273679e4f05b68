#include "base/enc.h"
#include "base/mem.h"
#include "trust/der.h"
#include "trust/key.h"
#include "trust/tag.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

/* RFC 8301 section 3.2: 1024 is the least that may count. The most is ours: a
 * huge key costs the verifier, not the one who published it. */
enum { RSA_BITS_MIN = 1024, RSA_BITS_MAX = 8192, ED25519_SIZE = 32 };

err key_parse(struct arena *a, str text, struct key_record *key)
{
	struct tag_list tags;
	struct key_record out = { .alg = SIGN_RSA };
	str v;
	TRY(tag_parse(a, text, &tags));
	if (tag_get(&tags, "v", &v)
	    && (!str_eq(v, STR("DKIM1")) || tags.tags[0].value.p != v.p))
		return FAIL(ERR_SYNTAX, "v= of the key record is not DKIM1 or not first");
	if (tag_get(&tags, "k", &v) && !str_eq(v, STR("rsa"))) {
		if (!str_eq(v, STR("ed25519")))
			return FAIL(ERR_SYNTAX, "a kind of key that is not known");
		out.alg = SIGN_ED25519;
	}
	if (tag_get(&tags, "h", &v) && !tag_lists(v, STR("sha256")))
		return FAIL(ERR_DENIED, "the key is not for SHA-256");
	if (tag_get(&tags, "s", &v) && !tag_lists(v, STR("email"))
	    && !tag_lists(v, STR("*")))
		return FAIL(ERR_DENIED, "the key is not for mail");
	if (tag_get(&tags, "t", &v)) {
		out.testing = tag_lists(v, STR("y"));
		out.strict = tag_lists(v, STR("s"));
	}
	if (!tag_get(&tags, "p", &v))
		return FAIL(ERR_SYNTAX, "the key record has no p=");
	v = tag_squeeze(a, v);
	if (!v.n)
		return FAIL(ERR_DENIED, "the key is revoked");
	if (enc_base64_decode(a, v, &out.bytes).kind)
		return FAIL(ERR_SYNTAX, "p= of the key record is not base64");
	*key = out;
	return OK;
}

static void backwards(unsigned char *to, str number)
{
	for (size_t i = 0; i < number.n; i++)
		to[i] = (unsigned char)number.p[number.n - 1 - i];
}

/* RFC 6376 says RSAPublicKey, its examples are SubjectPublicKeyInfo (errata
 * 3017): der_rsa_key knows both. */
static EVP_PKEY *rsa_key(str bytes)
{
	unsigned char n_le[RSA_BITS_MAX / 8],
		e_le[8]; /* OpenSSL wants them little-endian */
	str n, e;
	EVP_PKEY *pkey = NULL;
	if (!der_rsa_key(bytes, &n, &e) || n.n > sizeof n_le || e.n > sizeof e_le)
		return NULL;
	backwards(n_le, n);
	backwards(e_le, e);
	OSSL_PARAM numbers[] = { OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, n_le, n.n),
				 OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, e_le, e.n),
				 OSSL_PARAM_END };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0)
		mem_exhausted();
	if (EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, numbers) <= 0)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static bool rsa_signs(EVP_PKEY *pkey, const unsigned char *sum, str signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (!ctx || EVP_PKEY_verify_init(ctx) <= 0
	    || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) <= 0
	    || EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) <= 0)
		mem_exhausted();
	int ok = EVP_PKEY_verify(ctx, (const unsigned char *)signature.p, signature.n,
				 sum, HASH_SIZE);
	EVP_PKEY_CTX_free(ctx);
	return ok == 1;
}

static bool ed25519_signs(EVP_PKEY *pkey, const unsigned char *sum, str signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, pkey, NULL) <= 0)
		mem_exhausted();
	int ok = EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
				  sum, HASH_SIZE);
	EVP_MD_CTX_free(ctx);
	return ok == 1;
}

err key_check(struct key_record *key, const unsigned char sum[static HASH_SIZE],
	      str signature)
{
	bool rsa = key->alg == SIGN_RSA, ok = false;
	EVP_PKEY *pkey = rsa ? rsa_key(key->bytes) : NULL;
	if (!rsa && key->bytes.n == ED25519_SIZE)
		pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
						      (const unsigned char *)key->bytes.p,
						      key->bytes.n);
	if (!pkey)
		return FAIL(ERR_SYNTAX, "p= of the key record is no such key");
	key->bits = (unsigned)EVP_PKEY_get_bits(pkey);
	bool fit = !rsa || key->bits >= RSA_BITS_MIN;
	if (fit)
		ok = rsa ? rsa_signs(pkey, sum, signature)
			 : ed25519_signs(pkey, sum, signature);
	EVP_PKEY_free(pkey);
	if (!fit)
		return FAIL(ERR_DENIED, "an RSA key below 1024 bits");
	return ok ? OK : FAIL(ERR_NOTFOUND, "the signature does not match");
}
