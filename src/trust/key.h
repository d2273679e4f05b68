/* trust/key.h: the keys that sign our mail, and those that others publish.
 *
 *     str pem, record;
 *     TRY(sign_key_make(a, SIGN_RSA, &pem));
 *     TRY(sign_key_load(a, pem, &key));
 *     record = sign_key_record(a, key);   "v=DKIM1; k=rsa; p=MIIB..."
 *     puts(key_zone_line(a, STR("s1._domainkey.uni.example"), record));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "trust/hash.h"

enum sign_alg { SIGN_RSA, SIGN_ED25519 };

const char *sign_alg_text(enum sign_alg alg); /* "rsa-sha256", "ed25519-sha256" */

struct sign_key; /* a private key; any number of threads may sign with one */

/* A new key, RSA of 2048 bits or Ed25519, as PKCS#8 PEM.
 * ERR_IO: OpenSSL could not. */
MUST_USE err sign_key_make(struct arena *a, enum sign_alg alg, str *pem);

/* Reads a PEM private key. The caller frees it with sign_key_free.
 * ERR_SYNTAX: no such key, or of another kind.
 * ERR_DENIED: RSA below 1024 bits, which no verifier accepts (RFC 8301). */
MUST_USE err sign_key_load(struct arena *a, str pem, struct sign_key **key);
void sign_key_free(struct sign_key *key); /* NULL is fine */
enum sign_alg sign_key_alg(const struct sign_key *key);

/* The text of the TXT record that publishes the key's public half. */
str sign_key_record(struct arena *a, const struct sign_key *key);

/* A record as a line of a zone file: strings of at most 255 octets. */
str key_zone_line(struct arena *a, str name, str text);

/* Signs a SHA-256 sum: PKCS#1 v1.5, or Ed25519 over the sum (RFC 8463). */
str sign_sum(struct arena *a, const struct sign_key *key,
	     const unsigned char sum[static HASH_SIZE]);

struct key_record { /* a public key, as a domain publishes it */
	enum sign_alg alg;
	str bytes;     /* p=, decoded */
	unsigned bits; /* set by key_check; 0 before */
	bool testing;  /* t=y: the domain is still trying */
	bool strict;   /* t=s: i= must name d= itself */
};

/* Reads a TXT record (RFC 6376 section 3.6.1).
 * ERR_SYNTAX: not a DKIM key. ERR_DENIED: revoked, not for mail, or not for
 * SHA-256. */
MUST_USE err key_parse(struct arena *a, str text, struct key_record *key);

/* Does signature sign sum? Also sets key->bits.
 * ERR_SYNTAX: p= is no key of that kind, or RSA above 8192 bits.
 * ERR_DENIED: RSA below 1024 bits.
 * ERR_NOTFOUND: it does not. */
MUST_USE err key_check(struct key_record *key, const unsigned char sum[static HASH_SIZE],
		       str signature);
