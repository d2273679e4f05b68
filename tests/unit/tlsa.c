#include "net/tlsa.h"

#include "net/tls.h"
#include "tests/check.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static str zeros(struct arena *a, size_t n)
{
	char *p = arena_zero(a, n + 1);
	return (str){ p, n };
}

static void test_digests(struct arena *a)
{
	static const struct {
		int usage, selector, matching;
		size_t octets;
		bool usable;
	} cases[] = {
		{ 3, 1, 1, 32, true },    { 3, 0, 1, 32, true },
		{ 3, 1, 2, 64, true },    { 2, 0, 1, 32, true },
		{ 2, 1, 2, 64, true },    { 3, 1, 1, 31, false },
		{ 3, 1, 1, 33, false },   { 3, 1, 2, 32, false },
		{ 3, 1, 3, 32, false },   { 3, 2, 1, 32, false },
		{ 3, 255, 1, 32, false }, { 0, 1, 1, 32, false },
		{ 1, 1, 1, 32, false },   { 4, 1, 1, 32, false },
		{ 255, 1, 1, 32, false }, { 3, 1, 0, 32, false },
		{ 3, 0, 0, 64, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char head[3] = { (char)cases[i].usage, (char)cases[i].selector,
				 (char)cases[i].matching };
		str wire = arena_cat(a, ((str){ head, 3 }), zeros(a, cases[i].octets));
		struct tlsa t;
		CHECK(tlsa_read(wire, &t) && t.usage == cases[i].usage
		      && t.data.n == cases[i].octets);
		CHECK(tlsa_usable(&t) == cases[i].usable);
	}
}

static void test_short(struct arena *a)
{
	struct tlsa t;
	for (size_t n = 0; n < 4; n++)
		CHECK(!tlsa_read(zeros(a, n), &t));
	CHECK(tlsa_read(zeros(a, 4), &t));
}

/* Matching type 0: the certificate or its key, whole. */
static void test_whole(struct arena *a)
{
	str chain, key;
	CHECK(!tls_self_signed(a, STR("mx.example"), &chain, &key).kind);
	BIO *bio = BIO_new_mem_buf(chain.p, (int)chain.n);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	unsigned char *der = NULL, *spki = NULL;
	int n = i2d_X509(cert, &der), m = i2d_PUBKEY(X509_get0_pubkey(cert), &spki);
	str whole = { (char *)der, (size_t)n }, of_key = { (char *)spki, (size_t)m };
	struct {
		unsigned char selector;
		str data;
		bool usable;
	} cases[] = {
		{ 0, whole, true },
		{ 1, of_key, true },
		{ 0, of_key, false },
		{ 1, whole, false },
		{ 0, str_first(whole, whole.n - 1), false },
		{ 1, str_first(of_key, of_key.n - 1), false },
		{ 0, arena_cat(a, whole, STR("x")), false },
		{ 1, arena_cat(a, of_key, STR("x")), false },
		{ 0, zeros(a, 20000), false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tlsa t = { TLSA_SERVER, cases[i].selector, 0, cases[i].data };
		CHECK(tlsa_usable(&t) == cases[i].usable);
	}
	OPENSSL_free(der);
	OPENSSL_free(spki);
	X509_free(cert);
	BIO_free(bio);
}

int main(void)
{
	ARENA(a);
	test_digests(a);
	test_short(a);
	test_whole(a);
	return check_done();
}
