#include "net/tlsa.h"

#include <openssl/err.h>
#include <openssl/x509.h>

enum { WHOLE_CERTIFICATE, ITS_KEY };     /* selectors */
enum { AS_IT_IS, AS_SHA256, AS_SHA512 }; /* matching types */
enum { DATA_MAX = 16 * 1024, SHA256_N = 32, SHA512_N = 64 };

bool tlsa_read(str wire, struct tlsa *t)
{
	if (wire.n < 4) /* RFC 6698 section 2.1; and data of at least one octet */
		return false;
	*t = (struct tlsa){ (unsigned char)wire.p[0], (unsigned char)wire.p[1],
			    (unsigned char)wire.p[2], str_skip(wire, 3) };
	return true;
}

/* A certificate or a key, and nothing behind it. */
static bool is_whole(const struct tlsa *t)
{
	const unsigned char *start = (const unsigned char *)t->data.p, *at = start;
	if (t->data.n > DATA_MAX)
		return false;
	if (t->selector == WHOLE_CERTIFICATE) {
		X509 *cert = d2i_X509(NULL, &at, (long)t->data.n);
		bool has_key = cert && X509_get0_pubkey(cert);
		X509_free(cert);
		if (!has_key)
			at = start;
	} else {
		EVP_PKEY_free(d2i_PUBKEY(NULL, &at, (long)t->data.n));
	}
	ERR_clear_error();
	return at == start + t->data.n;
}

bool tlsa_usable(const struct tlsa *t)
{
	if (t->usage != TLSA_ANCHOR && t->usage != TLSA_SERVER)
		return false;
	if (t->selector > ITS_KEY)
		return false;
	switch (t->matching) {
	case AS_IT_IS:
		return is_whole(t);
	case AS_SHA256:
		return t->data.n == SHA256_N;
	case AS_SHA512:
		return t->data.n == SHA512_N;
	default:
		return false;
	}
}
