/* trust/lends.h: for whom else a proof of ours would speak. What leaves here passes SPF for
 * a domain of ours, or bears its signature; whoever receives it takes that for From's own
 * proof where both are of one organization (relaxed alignment, RFC 9989 section 4.4).
 *
 *     if (!proven && lends_proof(a, row.trust, from, site_domain) == LENDS)
 *             ... such a From must not leave in that form ... */
#pragma once

#include "base/arena.h"

enum lends {
	LENDS_NOTHING,
	LENDS_UNASKED, /* From's domain has no policy: by the public suffix list alone */
	LENDS,
};

/* What a proof for ours does for an author in that domain, by the answers of DNS that
 * trust_json kept. Errs toward LENDS: where DNS did not answer, and by the public suffix
 * list as well, since older servers go by it (RFC 7489). */
enum lends lends_proof(struct arena *a, str json, str domain, str ours);
