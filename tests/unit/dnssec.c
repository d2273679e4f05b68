/* Validation: a zone signed here and now (RFC 4034, algorithm 13 of RFC 6605),
 * its key as the trust anchor. */
#include "net/resolver.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "tests/nameserver.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <time.h>

enum { ALGORITHM = 13, TTL = 300, DAY = 86400 };

static str key_data(struct arena *a, EVP_PKEY *key)
{
	unsigned char point[65]; /* 4, then the two coordinates */
	size_t n = 0;
	BUF(b);
	CHECK(EVP_PKEY_get_octet_string_param(key, "pub", point, sizeof point, &n) == 1
	      && n == sizeof point);
	add_16(&b, 257); /* a zone's entry key (RFC 4034 section 2.1.1) */
	buf_add_char(&b, 3);
	buf_add_char(&b, ALGORITHM);
	buf_add(&b, (str){ (char *)point + 1, 64 });
	return arena_copy(a, buf_str(&b));
}

static unsigned key_tag(str data) /* RFC 4034 appendix B */
{
	unsigned sum = 0;
	for (size_t i = 0; i < data.n; i++)
		sum += i & 1 ? (unsigned char)data.p[i]
			     : (unsigned)(unsigned char)data.p[i] << 8;
	return (sum + (sum >> 16)) & 0xffff;
}

static void add_32(struct buf *b, uint32_t n)
{
	add_16(b, n >> 16);
	add_16(b, n & 0xffff);
}

/* The two numbers of an ECDSA signature, 32 octets each (RFC 6605 section 4). */
static void add_signature(struct buf *b, EVP_PKEY *key, str text)
{
	unsigned char der[128], numbers[64];
	size_t n = sizeof der;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	CHECK(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) == 1);
	CHECK(EVP_DigestSign(md, der, &n, (const unsigned char *)text.p, text.n) == 1);
	EVP_MD_CTX_free(md);
	const unsigned char *at = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), numbers, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), numbers + 32, 32);
	ECDSA_SIG_free(sig);
	buf_add(b, (str){ (char *)numbers, 64 });
}

/* The RRSIG over a set of one record (RFC 4034 section 3.1.8.1). */
static str sign(struct arena *a, EVP_PKEY *key, unsigned tag, const char *name, int type,
		str data)
{
	uint32_t now = (uint32_t)time(NULL);
	unsigned labels = 1;
	for (const char *p = name; *p; p++)
		labels += *p == '.';
	BUF(sig);
	add_16(&sig, (unsigned)type);
	buf_add_char(&sig, ALGORITHM);
	buf_add_char(&sig, (char)labels);
	add_32(&sig, TTL);
	add_32(&sig, now + DAY);
	add_32(&sig, now - DAY);
	add_16(&sig, tag);
	add_name(&sig, "signed.test");
	BUF(text);
	buf_add(&text, buf_str(&sig));
	add_record(&text, name, type, TTL, data);
	add_signature(&sig, key, buf_str(&text));
	return arena_copy(a, buf_str(&sig));
}

static struct dns_answer lookup(struct resolver *r, struct arena *a, const char *name,
				enum dns_type type)
{
	struct dns_answer answer;
	resolver_ask(r, a, str_from(name), type, clock_mono_ms() + 10000, &answer);
	return answer;
}

static void validate(struct resolver *r, struct arena *a)
{
	struct dns_answer got = lookup(r, a, "mx.signed.test", DNS_A);
	CHECK(got.status == DNS_FOUND && got.secure && got.count == 1);
	got = lookup(r, a, "mx.signed.test", DNS_A); /* the cache remembers it, too */
	CHECK(got.status == DNS_FOUND && got.secure);
	got = lookup(r, a, "_25._tcp.mx.signed.test", DNS_TLSA);
	CHECK(got.status == DNS_FOUND && got.secure && got.count == 1);

	got = lookup(r, a, "forged.signed.test", DNS_A); /* signed, then changed */
	CHECK(got.status == DNS_FAILED && !got.secure && got.count == 0);
	CHECK(got.why && strstr(got.why, "DNSSEC"));
	got = lookup(r, a, "stripped.signed.test", DNS_A); /* its signature is gone */
	CHECK(got.status == DNS_FAILED && got.why && strstr(got.why, "DNSSEC"));
	got = lookup(r, a, "free.test", DNS_A); /* below no anchor */
	CHECK(got.status == DNS_FOUND && !got.secure);
}

int main(void)
{
	ARENA(a);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	str key_text = key_data(a, key);
	unsigned tag = key_tag(key_text);
	str ip = STR("\xc0\0\2\1"), other = STR("\xc0\0\2\2"), tlsa = STR("\3\1\1xyz");
#define SIGNED(name, type, data)                                            \
	{ name, type, TTL, NULL, data },                                    \
	{                                                                   \
		name, RRSIG, TTL, NULL, sign(a, key, tag, name, type, data) \
	}
	struct row zone[] = {
		SIGNED("signed.test", DNSKEY, key_text),
		SIGNED("mx.signed.test", DNS_A, ip),
		SIGNED("_25._tcp.mx.signed.test", DNS_TLSA, tlsa),
		{ "forged.signed.test", DNS_A, TTL, NULL, other },
		{ "forged.signed.test", RRSIG, TTL, NULL,
		  sign(a, key, tag, "forged.signed.test", DNS_A, ip) },
		{ "stripped.signed.test", DNS_A, TTL, NULL, ip },
		{ "free.test", DNS_A, TTL, NULL, ip },
	};
	char path[] = "/tmp/postern-anchor-XXXXXX";
	FD_AUTO fd = mkstemp(path);
	str anchor = arena_cat(a, STR("signed.test. IN DNSKEY 257 3 13 "),
			       enc_base64(a, str_skip(key_text, 4)), STR("\n"));
	CHECK(!file_write_all(a, fd, anchor).kind);

	struct server s;
	struct resolver *r = NULL;
	str at = server_start(a, &s, zone, sizeof zone / sizeof *zone);
	err e = resolver_new(a, at, str_from(path), &r);
	CHECK(!e.kind);
	if (!e.kind)
		validate(r, a);
	resolver_free(r);
	server_stop(&s);
	unlink(path);
	EVP_PKEY_free(key);
	return check_done();
}
