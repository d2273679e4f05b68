/* trust/dkim.h: DomainKeys Identified Mail (RFC 6376, with RFC 8301's limits,
 * RFC 8463's Ed25519 and RFC 8616's names).
 *
 * Reading:
 *
 *     struct canon_cache body = { .body = h.body };
 *     struct verify v = { &h, &body, resolver, deadline, now };
 *     dkim_verify(a, &v, &results, &count);
 *
 * Writing, for a list: the body is hashed once, the fields that all copies
 * share are brought into canonical form once, and each copy costs one signature:
 *
 *     struct dkim_plan *plan = dkim_plan(a, &signing, &h, canon_whole(&body,
 * CANON_RELAXED)); str field = dkim_sign(a, plan, personal, personal_count, NULL);
 */
#pragma once

#include "mail/header.h"
#include "trust/canon.h"
#include "trust/key.h"
#include "trust/signature.h"

/* RFC 8601 section 2.7.1 */
enum dkim_verdict {
	DKIM_NONE,
	DKIM_PASS,
	DKIM_FAIL,
	DKIM_POLICY, /* it verifies, but we do not count it: weak key, l=,
				    expired */
	DKIM_NEUTRAL,
	DKIM_TEMPERROR, /* no answer from DNS */
	DKIM_PERMERROR, /* cannot ever be verified: syntax, no key, revoked */
};
const char *dkim_word(enum dkim_verdict v);

struct dkim_result {
	enum dkim_verdict verdict;
	str domain, selector; /* d=, s=; empty where they could not be read */
	str identity;         /* i=, or "@" and d= */
	str b;                /* b='s first 8 characters, which tell signatures apart */
	const char *algorithm;
	unsigned bits;   /* of the key; 0 unknown */
	bool testing;    /* the key says t=y: a failure is no reason for anything */
	const char *why; /* of all but pass, for people */
};

enum { DKIM_MAX = 10 }; /* signatures judged; those below are ignored */

/* Judges every DKIM-Signature, top down. The results live in a; a message
 * without a signature gives count 0. */
void dkim_verify(struct arena *a, const struct verify *v, struct dkim_result **results,
		 size_t *count);

struct signing { /* who signs */
	const struct sign_key *key;
	str domain, selector;
	int64_t time; /* t=, seconds since 1970 */
};

struct dkim_plan;

/* Prepares signatures over a header and the copies of it that differ in a few
 * personal fields; personal names those (a list for h=, "list-unsubscribe:to",
 * may be empty), which are then taken from the copy alone. Everything lives in
 * a; the plan is read-only, so that threads may share it. */
struct dkim_plan *dkim_plan(struct arena *a, const struct signing *by,
			    const struct header *h, const struct canon_body *body,
			    str personal);

/* One copy's DKIM-Signature field with its CRLF. fields: the copy's personal
 * fields. body: the copy's own; NULL: the plan's. */
str dkim_sign(struct arena *a, const struct dkim_plan *plan, const struct field *fields,
	      size_t count, const struct canon_body *body);
