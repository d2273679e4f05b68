/* trust/arc.h: Authenticated Received Chain (RFC 8617): what each server that
 * handed a message on says it saw. A chain proves who spoke, not that he spoke
 * the truth: whom to believe is the site's decision (trust/upstream.h).
 *
 *     struct arc_result arc;
 *     arc_verify(a, &v, &arc);
 *     struct arc_sealing s = { &signing, &arc, &h, &body, .results = authres };
 *     TRY(arc_seal(a, &s, &fields));
 */
#pragma once

#include "trust/dkim.h"

enum arc_verdict { ARC_NONE, ARC_PASS, ARC_FAIL }; /* RFC 8617 section 4.4 */
const char *arc_word(enum arc_verdict v);

enum { ARC_MAX = 50 }; /* section 4.2.1: sets in a chain */

struct arc_set {
	const struct field *aar, *ams, *seal;
	str domain, selector; /* of the seal; empty where it could not be read */
	str results;          /* the AAR's text behind i=: an authserv-id and results */
};

struct arc_result {
	enum arc_verdict verdict;
	bool ended;     /* a seal says cv=fail: nobody seals again */
	bool temporary; /* failed because DNS gave no answer; not a proof of anything */
	struct arc_set *sets; /* sets[i] is instance i + 1 */
	unsigned count;
	const char *why; /* of a failure, for people */
};

/* Judges the chain (section 5.2). Everything lives in a. */
void arc_verify(struct arena *a, const struct verify *v, struct arc_result *out);

struct arc_sealing {
	const struct signing *by;
	const struct arc_result *chain; /* the verdict on the message as it came */
	const struct header *h;         /* of the message as it leaves, without what is */
	struct canon_cache *body;       /* personal to a copy: one seal serves them all */
	str results; /* what Authentication-Results says: "mx.uni.example; spf=pass ..." */
	str names;   /* h= of the message signature; empty: what sign_names says */
	str skip;    /* of that: fields that each copy has of its own, "to" */
};

/* The three fields, ARC-Seal first, that go on top of the message.
 * ERR_LIMIT: the chain has ARC_MAX sets. ERR_DENIED: the chain has ended, or
 * its verdict is temporary. In both cases the message leaves without a new set. */
MUST_USE err arc_seal(struct arena *a, const struct arc_sealing *s, str *fields);
