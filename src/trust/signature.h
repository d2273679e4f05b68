/* trust/signature.h: one signature over a message, as a DKIM-Signature (RFC
 * 6376 section 3.5) or an ARC-Message-Signature field (RFC 8617 section 4.1.2)
 * states it, and the sum that it signs. */
#pragma once

#include "mail/header.h"
#include "net/resolver.h"
#include "trust/canon.h"
#include "trust/key.h"
#include "trust/tag.h"

struct signature {
	str raw;     /* the whole field */
	str b_whole; /* in raw: all between the = of b= and its ; */
	enum sign_alg alg;
	enum canon header, body;
	str domain, selector;  /* lower case */
	str b_text;            /* b= without white space, for Authentication-Results */
	str b, bh;             /* decoded */
	str names;             /* h= */
	uint64_t length;       /* l=, else CANON_ALL */
	int64_t time, expires; /* t=, x=; -1 when absent */
};

/* What both kinds of fields share. tags come from the value of the field raw;
 * without_c: the canonical form of a signature that does not say c=.
 * ERR_SYNTAX: names the tag that is missing or wrong. */
MUST_USE err signature_parse(struct arena *a, str raw, const struct tag_list *tags,
			     enum canon without_c, struct signature *s);

/* The tags that an ARC-Seal shares, too: a=, b=, d=, s=, t=. */
MUST_USE err signature_parse_seal(struct arena *a, str raw, const struct tag_list *tags,
				  struct signature *s);

/* Adds the canonical form of the fields that h= names, each name taking the
 * lowest field of that name not yet taken (RFC 6376 section 5.4.2). */
void signature_add_fields(struct buf *out, const struct header *h, str names,
			  enum canon how);

/* Adds the canonical form of the signature's own field with b= empty and
 * without its line ending (section 3.7). */
void signature_add_self(struct arena *a, struct buf *out, const struct signature *s,
			enum canon how);

/* Does bh= hold over the body, as far as l= goes? *size: of the whole canonical body. */
bool signature_fits_body(const struct signature *s, struct canon_cache *body,
			 uint64_t *size);

/* What is to be judged, and what is needed for it. */
struct verify {
	const struct header *h;
	struct canon_cache *body;
	struct resolver *resolver;
	int64_t deadline; /* clock_mono_ms, for DNS */
	int64_t now;      /* seconds since 1970, for x= */
};

/* Asks for the key and checks that b= signs sum with it; *key is what was
 * found.
 * ERR_TEMP: DNS gave no answer. ERR_NOTFOUND: no key, or the signature does
 * not match it (key->bits tells which: 0 when no key could be read).
 * ERR_SYNTAX, ERR_DENIED: as key_parse and key_check. */
MUST_USE err signature_check(struct arena *a, const struct verify *v,
			     const struct signature *s,
			     const unsigned char sum[static HASH_SIZE],
			     struct key_record *key);
