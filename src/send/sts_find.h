/* send/sts_find.h: the MTA-STS policy of a domain: from the book while it holds, from
 * its web server (by the role fetch) where there is a new one.
 *
 *     TRY(sts_finder_open(a, &(struct sts_finder_conf){ ... }, &f));
 *     if (sts_find(f, a, domain, deadline, &policy, &unsure)) ... it has one
 *
 * What was found once stays in force for its max_age, though DNS and web server fail or
 * deny it (RFC 8461 section 5.1): an attacker between us and them gains nothing. */
#pragma once

#include "net/resolver.h"
#include "send/sts.h"
#include "send/tally.h"

struct sts_finder_conf {
	str data;
	struct resolver *resolver;
	struct tally *tally; /* told of policies that cannot be had; NULL: nobody is */
	err (*dial_fetch)(void *ctx, struct arena *a, int *fd); /* of any thread */
	void *ctx;
	int64_t brief_ms; /* how long mail waits for a web server: STS_BRIEF_MS */
};

enum { STS_BRIEF_MS = 10000 };

struct sts_finder;

MUST_USE err sts_finder_open(struct arena *a, const struct sts_finder_conf *conf,
			     struct sts_finder **f);
struct tally *sts_finder_tally(struct sts_finder *f); /* of its conf */
void sts_finder_close(struct sts_finder *f);          /* nobody asks; NULL is fine */

/* False: the domain has none, or one of mode none; *unsure: or it cannot be had at the
 * moment. Waits for DNS until the deadline and for a web server briefly; what that has
 * to say later is kept for the next who asks. Any thread. */
bool sts_find(struct sts_finder *f, struct arena *a, str domain, int64_t deadline,
	      struct sts_policy *p, bool *unsure);
