#include "account/cose.h"

#include "account/cbor.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

/* Labels of a key's map (RFC 9052 section 7.1, RFC 9053 section 7.1, RFC 8230 section 4), their
 * key types and curves. */
enum { KTY = 1, ALG = 3, CRV_OR_N = -1, X_OR_E = -2, Y = -3 };
enum { KTY_OKP = 1, KTY_EC2 = 2, KTY_RSA = 3, P256 = 1, ED25519 = 6 };
enum { COORDINATE = 32, MODULUS_MIN = 256, MODULUS_MAX = 512, EXPONENT_MAX = 4 };

static const err unknown = { ERR_SYNTAX, "this is no key of a kind that we know" };

struct fields {
	int64_t kty, alg, crv;
	str n, x, y;
};

static err read_fields(str *rest, struct fields *f)
{
	struct cbor map, label, value;
	TRY(cbor_next(rest, &map));
	if (map.kind != CBOR_MAP)
		return unknown;
	for (size_t i = 0; i < map.count; i++) {
		str before;
		TRY(cbor_next(rest, &label));
		before = *rest;
		TRY(cbor_skip(rest));
		if (label.kind != CBOR_NUMBER)
			continue;
		TRY(cbor_next(&before, &value));
		bool octets = value.kind == CBOR_OCTETS;
		if (label.number == KTY && value.kind == CBOR_NUMBER)
			f->kty = value.number;
		else if (label.number == ALG && value.kind == CBOR_NUMBER)
			f->alg = value.number;
		else if (label.number == CRV_OR_N && value.kind == CBOR_NUMBER)
			f->crv = value.number;
		else if (label.number == CRV_OR_N && octets)
			f->n = value.text;
		else if (label.number == X_OR_E && octets)
			f->x = value.text;
		else if (label.number == Y && octets)
			f->y = value.text;
	}
	return OK;
}

err cose_read(str *rest, struct cose_key *key)
{
	struct fields f = { 0 };
	str from = *rest;
	TRY(read_fields(&from, &f));
	if (f.kty == KTY_EC2 && f.alg == COSE_ES256 && f.crv == P256
	    && f.x.n == COORDINATE && f.y.n == COORDINATE)
		*key = (struct cose_key){ COSE_ES256, f.x, f.y };
	else if (f.kty == KTY_OKP && f.alg == COSE_EDDSA && f.crv == ED25519
		 && f.x.n == COORDINATE)
		*key = (struct cose_key){ COSE_EDDSA, f.x, STR_NONE };
	else if (f.kty == KTY_RSA && f.alg == COSE_RS256 && f.n.n >= MODULUS_MIN
		 && f.n.n <= MODULUS_MAX && f.n.p[0] && f.x.n && f.x.n <= EXPONENT_MAX)
		*key = (struct cose_key){ COSE_RS256, f.n, f.x };
	else
		return unknown;
	*rest = from;
	return OK;
}

static EVP_PKEY *from_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (!c || EVP_PKEY_fromdata_init(c) <= 0
	    || EVP_PKEY_fromdata(c, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		pkey = NULL;
	EVP_PKEY_CTX_free(c);
	return pkey;
}

/* OpenSSL looks whether the point is on the curve. */
static EVP_PKEY *load_es256(const struct cose_key *key)
{
	char group[] = "prime256v1";
	unsigned char point[1 + 2 * COORDINATE] = { 4 };
	memcpy(point + 1, key->x.p, COORDINATE);
	memcpy(point + 1 + COORDINATE, key->y.p, COORDINATE);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point,
						  sizeof point),
		OSSL_PARAM_construct_end(),
	};
	return from_params("EC", params);
}

static BIGNUM *number(str s)
{
	return BN_bin2bn((const unsigned char *)s.p, (int)s.n, NULL);
}

static EVP_PKEY *load_rs256(const struct cose_key *key)
{
	EVP_PKEY *pkey = NULL;
	BIGNUM *n = number(key->x), *e = number(key->y);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	if (n && e && build && BN_is_odd(e) && BN_num_bits(e) > 1
	    && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n)
	    && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		params = OSSL_PARAM_BLD_to_param(build);
	if (params)
		pkey = from_params("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return pkey;
}

static EVP_PKEY *load(const struct cose_key *key)
{
	switch (key->algorithm) {
	case COSE_ES256:
		return load_es256(key);
	case COSE_RS256:
		return load_rs256(key);
	case COSE_EDDSA:
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
						   (const unsigned char *)key->x.p,
						   key->x.n);
	}
	return NULL;
}

err cose_verify(const struct cose_key *key, str text, str signature)
{
	EVP_PKEY *pkey = load(key);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	const EVP_MD *hash = key->algorithm == COSE_EDDSA ? NULL : EVP_sha256();
	bool right = pkey && c && EVP_DigestVerifyInit(c, NULL, hash, NULL, pkey) == 1
		     && EVP_DigestVerify(c, (const unsigned char *)signature.p,
					 signature.n, (const unsigned char *)text.p,
					 text.n)
				== 1;
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(pkey);
	return right ? OK : FAIL(ERR_DENIED, "the signature is not that of this key");
}
