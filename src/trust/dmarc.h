/* trust/dmarc.h: DMARC (RFC 9989): does what SPF and DKIM have proven belong
 * to the domain that the reader sees in From, and if not, what does that domain
 * ask for?
 *
 *     struct dmarc_ask ask = { resolver, deadline, domain, &spf, dkim, dkim_count };
 *     struct dmarc_result dmarc;
 *     dmarc_check(a, &ask, &dmarc);
 *     if (dmarc.verdict == DMARC_FAIL && dmarc.policy == DMARC_POLICY_REJECT) ...
 */
#pragma once

#include "trust/dkim.h"
#include "trust/spf.h"

/* RFC 8601 section 2.7.6, RFC 9989 section 5.3 */
enum dmarc_verdict {
	DMARC_NONE, /* the domain takes no part in DMARC */
	DMARC_PASS,
	DMARC_FAIL,
	DMARC_TEMPERROR, /* no answer from DNS */
	DMARC_PERMERROR, /* From names no one domain */
};
const char *dmarc_word(enum dmarc_verdict v);

enum dmarc_policy { DMARC_POLICY_NONE, DMARC_POLICY_QUARANTINE, DMARC_POLICY_REJECT };
const char *dmarc_policy_word(enum dmarc_policy p);

enum dmarc_psd { DMARC_PSD_UNKNOWN, DMARC_PSD_YES, DMARC_PSD_NO };

struct dmarc_record {                /* section 4.7 */
	enum dmarc_policy p, sp, np; /* sp, np: p's where absent */
	bool has_np;
	bool usable; /* its policy is valid, or rua= lets it count as p=none */
	bool dkim_strict, spf_strict;
	bool testing; /* t=y: one level less is to be applied */
	enum dmarc_psd psd;
	str rua, ruf, fo; /* as written; empty when absent */
};

/* Is it a DMARC record at all: "v=DMARC1" first, in that case? */
bool dmarc_is_record(str text);

/* Reads a record. Tags that are unknown, historic (pct, rf, ri) or wrong are as
 * if absent; wrong ones of p, sp and np are as section 4.10.1 says.
 * ERR_SYNTAX: not a DMARC record. */
MUST_USE err dmarc_record_parse(str text, struct dmarc_record *record);

struct dmarc_found { /* a record on the way up */
	str domain;
	struct dmarc_record record;
	str text;
};

enum { DMARC_QUERIES_MAX = 8 };

struct dmarc_walk { /* section 4.10: what the way up from a domain showed */
	struct dmarc_found found[DMARC_QUERIES_MAX]; /* longest name first */
	size_t count;
	str org;            /* the organizational domain */
	const char *failed; /* DNS gave no answer somewhere: org is not known */
};
void dmarc_walk(struct arena *a, struct resolver *r, int64_t deadline, str domain,
		struct dmarc_walk *out);

struct dmarc_ask {
	struct resolver *resolver;
	int64_t deadline; /* clock_mono_ms */
	str domain;       /* of the author, in From; see trust_author */
	const struct spf_result *spf;
	const struct dkim_result *dkim;
	size_t dkim_count;
};

struct dmarc_result {
	enum dmarc_verdict verdict;
	enum dmarc_policy policy; /* what to do on fail: sp, np and t already applied */
	enum dmarc_policy published; /* before t */
	str domain;                  /* the author's, lower case, A-labels */
	str org;                     /* its organizational domain */
	str record_domain, record;   /* whose record applied, and its text */
	bool spf_aligned,
		dkim_aligned; /* a pass that belongs to the author. Also told where
			       * there is no record: then by the public suffix list */
	str aligned;          /* the domain that did it; empty when none */
	const char *why;      /* of an error, for people */
};
void dmarc_check(struct arena *a, const struct dmarc_ask *ask, struct dmarc_result *out);
