/* trust/keyring.h: the keys that we sign with. A selector names two: RSA, which every
 * verifier knows, and Ed25519 (RFC 8463), whose record is SELECTOR-ed. Which selector
 * signs is said by [trust] selector or, where that is empty, by the file "selector" in
 * the folder of keys, which `postern keys use` writes.
 *
 *     struct keyring ring = { 0 };
 *     str selector = keyring_selector(conf->trust_selector, chosen);
 *     TRY(keyring_make(a, folder, selector));
 *     TRY(keyring_read(a, folder, selector, &ring));
 *     puts(keyring_records(a, &ring, STR("uni.example")));
 *     keyring_free(&ring); */
#pragma once

#include "net/resolver.h"
#include "trust/key.h"

enum { KEYRING_MAX = 2 };

struct signer {
	struct sign_key *key;
	str selector;
};

struct keyring {
	struct signer signers[KEYRING_MAX]; /* RSA first */
	size_t count;
};

/* conf: [trust] selector; chosen: the content of the file "selector"; both may be empty. */
str keyring_selector(str conf, str chosen);

/* Can it be one of ours: a label of a domain name, lower case, and not SELECTOR-ed? */
bool keyring_name_ok(str selector);

/* The name of a key's file, without its folder; index below KEYRING_MAX. */
str keyring_file(struct arena *a, str selector, size_t index);

/* Makes those of the two keys that are not there. ERR_IO: names the file. */
MUST_USE err keyring_make(struct arena *a, str folder, str selector);

/* Adds the key with that index. ERR_SYNTAX, ERR_DENIED: as sign_key_load. */
MUST_USE err keyring_add(struct arena *a, struct keyring *ring, str selector,
			 size_t index, str pem);

/* Adds those that are there; one is enough. ERR_NOTFOUND: none is. */
MUST_USE err keyring_read(struct arena *a, str folder, str selector,
			  struct keyring *ring);
void keyring_free(struct keyring *ring);

/* Lines of a zone file that publish them for a domain. */
str keyring_records(struct arena *a, const struct keyring *ring, str domain);

/* Does DNS give the signer's record for the domain? ERR_NOTFOUND: no, or another one.
 * ERR_TEMP: it gave no answer. */
MUST_USE err keyring_published(struct arena *a, struct resolver *r, int64_t deadline,
			       const struct signer *s, str domain);

/* A resolver that answers for our own keys by itself and asks below for the rest, so
 * that what we sign is checked as a verifier will, before anybody has our record. */
struct keyring_resolver {
	struct resolver resolver;
	struct resolver *below;
	const struct keyring *ring;
	str domain;
};
struct keyring_resolver keyring_overlay(const struct keyring *ring, str domain,
					struct resolver *below);
