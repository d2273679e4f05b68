/* trust/spf.h: Sender Policy Framework (RFC 7208): may this client speak for
 * that domain?
 *
 *     struct spf_ask ask = { resolver, deadline, &client, helo, sender, hostname };
 *     struct spf_result spf;
 *     spf_check(a, &ask, &spf);
 *     if (spf.verdict == SPF_FAIL) ... 550 5.7.23
 */
#pragma once

#include "base/arena.h"
#include "net/resolver.h"

/* RFC 7208 section 2.6 */
enum spf_verdict {
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_TEMPERROR, /* no answer from DNS */
	SPF_PERMERROR, /* the record is wrong or asks too much */
};
const char *spf_word(enum spf_verdict v);

struct spf_ask {
	struct resolver *resolver;
	int64_t deadline; /* clock_mono_ms; section 4.6.4 wants 20 s at least */
	const struct net_addr *client;
	str helo;
	str sender;   /* the reverse-path without < >; empty for the null sender */
	str receiver; /* our host name, for the macro r */
};

struct spf_result {
	enum spf_verdict verdict;
	str domain;       /* whose policy it was, lower case */
	bool helo;        /* the identity was HELO, as for a null sender */
	str explanation;  /* of a fail: the domain's own words, printable ASCII; may be
			     empty */
	const char *why;  /* which term decided or what was wrong, for people */
	unsigned lookups; /* terms that asked DNS */
};

/* Judges the sender's domain, or HELO's where the sender is null (section 2.4).
 * All texts live in a. */
void spf_check(struct arena *a, const struct spf_ask *ask, struct spf_result *out);
