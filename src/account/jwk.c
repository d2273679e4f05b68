#include "account/jwk.h"

#include "base/enc.h"
#include "base/mem.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

enum { P256_SIZE = 32, ED25519_SIZE = 32, EXPONENT_MAX = 8 };

static const struct {
	const char *name, *kty, *crv; /* crv: or NULL */
	const char *one, *two;        /* members with octets */
} algs[JWK_ALGS] = {
	[JWK_RS256] = { "RS256", "RSA", NULL, "n", "e" },
	[JWK_ES256] = { "ES256", "EC", "P-256", "x", "y" },
	[JWK_EDDSA] = { "EdDSA", "OKP", "Ed25519", "x", NULL },
};

bool jwk_alg_find(str name, enum jwk_alg *alg)
{
	for (size_t i = 0; i < JWK_ALGS; i++)
		if (str_eq(name, str_from(algs[i].name))) {
			*alg = (enum jwk_alg)i;
			return true;
		}
	return false;
}

/* ---- the set */

static str member(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) }
				 : STR_NONE;
}

static bool read_octets(struct arena *a, const json_t *o, const char *name, str *octets)
{
	return !enc_base64url_decode(a, member(o, name), octets).kind && octets->n;
}

static bool is_sound(const struct jwk *k)
{
	switch (k->alg) {
	case JWK_RS256:
		return k->one.p[0] && k->one.n * 8 >= JWK_RSA_MIN
		       && k->one.n * 8 <= JWK_RSA_MAX && k->two.n <= EXPONENT_MAX;
	case JWK_ES256:
		return k->one.n == P256_SIZE && k->two.n == P256_SIZE;
	default:
		return k->one.n == ED25519_SIZE;
	}
}

/* RFC 7517 section 4: use and alg may be absent, and then forbid nothing. */
static bool read_key(struct arena *a, const json_t *o, struct jwk *k)
{
	str kty = member(o, "kty"), use = member(o, "use"), alg = member(o, "alg");
	size_t i = 0;
	while (i < JWK_ALGS
	       && (!str_eq(kty, str_from(algs[i].kty))
		   || (algs[i].crv && !str_eq(member(o, "crv"), str_from(algs[i].crv)))))
		i++;
	if (i == JWK_ALGS || (use.n && !str_eq(use, STR("sig")))
	    || (alg.n && !str_eq(alg, str_from(algs[i].name))))
		return false;
	*k = (struct jwk){ .alg = (enum jwk_alg)i,
			   .kid = arena_copy(a, member(o, "kid")) };
	return read_octets(a, o, algs[i].one, &k->one)
	       && (!algs[i].two || read_octets(a, o, algs[i].two, &k->two))
	       && is_sound(k);
}

static err read_keys(struct arena *a, const json_t *rows, struct jwks *keys)
{
	struct jwks found = { .count = 0 };
	size_t i;
	const json_t *o;
	if (!json_is_array(rows))
		return FAIL(ERR_SYNTAX, "no JSON object with an array of keys");
	json_array_foreach(rows, i, o)
	{
		struct jwk k;
		if (!read_key(a, o, &k))
			continue;
		if (found.count == JWKS_KEYS)
			return FAIL(ERR_LIMIT, "too many keys");
		found.rows[found.count++] = k;
	}
	*keys = found;
	return OK;
}

err jwks_read(struct arena *a, str text, struct jwks *keys)
{
	if (text.n > JWKS_MAX)
		return FAIL(ERR_LIMIT, "a set of keys too large");
	json_t *set = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES,
				 NULL);
	err e = read_keys(a, json_object_get(set, "keys"), keys);
	json_decref(set);
	return e;
}

const struct jwk *jwks_find(const struct jwks *keys, enum jwk_alg alg, str kid)
{
	const struct jwk *found = NULL;
	for (size_t i = 0; i < keys->count; i++) {
		const struct jwk *k = &keys->rows[i];
		if (k->alg != alg || (kid.n && !str_eq(k->kid, kid)))
			continue;
		if (found) /* which of them is not for us to guess */
			return NULL;
		found = k;
	}
	return found;
}

/* ---- a signature */

static EVP_PKEY *from_numbers(const char *type, OSSL_PARAM_BLD *build)
{
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) <= 0)
		mem_exhausted();
	if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static BIGNUM *number(str s)
{
	BIGNUM *n = BN_bin2bn((const unsigned char *)s.p, (int)s.n, NULL);
	if (!n)
		mem_exhausted();
	return n;
}

static EVP_PKEY *rsa_key(const struct jwk *k)
{
	BIGNUM *n = number(k->one), *e = number(k->two);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	if (!build || !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n)
	    || !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		mem_exhausted();
	EVP_PKEY *key = from_numbers("RSA", build);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return key;
}

/* OpenSSL refuses a point that is not on the curve. */
static EVP_PKEY *ec_key(const struct jwk *k)
{
	unsigned char point[1 + 2 * P256_SIZE] = { POINT_CONVERSION_UNCOMPRESSED };
	memcpy(point + 1, k->one.p, P256_SIZE);
	memcpy(point + 1 + P256_SIZE, k->two.p, P256_SIZE);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	if (!build
	    || !OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
						"P-256", 0)
	    || !OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
						 sizeof point))
		mem_exhausted();
	EVP_PKEY *key = from_numbers("EC", build);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *key_of(const struct jwk *k)
{
	switch (k->alg) {
	case JWK_RS256:
		return rsa_key(k);
	case JWK_ES256:
		return ec_key(k);
	default:
		return EVP_PKEY_new_raw_public_key_ex(
			NULL, "ED25519", NULL, (const unsigned char *)k->one.p, k->one.n);
	}
}

/* RFC 7518 section 3.4: r and s, 32 octets each; OpenSSL wants them as DER. */
static bool ecdsa_der(str signature, unsigned char **der, size_t *n)
{
	if (signature.n != 2 * P256_SIZE)
		return false;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	if (!sig
	    || !ECDSA_SIG_set0(sig, number(str_first(signature, P256_SIZE)),
			       number(str_skip(signature, P256_SIZE))))
		mem_exhausted();
	*der = NULL;
	int size = i2d_ECDSA_SIG(sig, der);
	ECDSA_SIG_free(sig);
	*n = size > 0 ? (size_t)size : 0;
	return size > 0;
}

static bool verify(const struct jwk *k, EVP_PKEY *key, str input,
		   const unsigned char *signature, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const char *digest = k->alg == JWK_EDDSA ? NULL : "SHA256";
	bool ok = ctx
		  && EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, key, NULL) > 0
		  && EVP_DigestVerify(ctx, signature, n, (const unsigned char *)input.p,
				      input.n)
			     == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

bool jwk_signed(const struct jwk *k, str input, str signature)
{
	const unsigned char *octets = (const unsigned char *)signature.p;
	unsigned char *der = NULL;
	size_t n = signature.n;
	if (!n || !input.n || (k->alg == JWK_ES256 && !ecdsa_der(signature, &der, &n)))
		return false;
	EVP_PKEY *key = key_of(k);
	bool ok = key && verify(k, key, input, der ? der : octets, n);
	EVP_PKEY_free(key);
	OPENSSL_free(der);
	return ok;
}
