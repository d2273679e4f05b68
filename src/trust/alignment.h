/* trust/alignment.h: with whose From an identifier of ours aligns. What leaves here passes
 * SPF for a domain of ours, or bears its signature; whoever receives it takes that for
 * From's own proof where both are of one organization (relaxed alignment, RFC 9989
 * section 4.4).
 *
 *     if (!proven
 *         && alignment_of_ours(a, row.trust, from, site_domain) == ALIGNMENT_HOLDS)
 *             ... such a From must not leave in that form ... */
#pragma once

#include "base/arena.h"

enum alignment {
	ALIGNMENT_NONE,
	ALIGNMENT_UNPUBLISHED, /* by the public suffix list alone: From's domain has no
				* policy */
	ALIGNMENT_HOLDS,
};

/* Of our domain with an author's, by the answers of DNS that trust_json kept. Errs toward
 * ALIGNMENT_HOLDS: where DNS did not answer, and by the public suffix list as well, since
 * older servers go by it (RFC 7489). */
enum alignment alignment_of_ours(struct arena *a, str json, str domain, str ours);
