/* store/outbound/dmarc_failure.h: mail that failed DMARC in other domains' names, until the
 * domains that want it have their report on it (RFC 9991). What came in one hour from one
 * place in one name is one row, and stays after its report, so that it gets no second.
 *
 *     TRY(dmarc_failure_add(outbound, &row));
 *
 *     struct dmarc_failure f = { 0 };
 *     while (!dmarc_failure_next(outbound, a, this_hour, &f).kind)
 *             ... TRY(dmarc_failure_done(outbound, f.id));  // with the mail */
#pragma once

#include "store/inbound/dmarc_seen.h"

/* Whoever wants may send in any domain's name: what an hour may hold. */
enum {
	DMARC_FAILURES_REGISTRANT = 5, /* reports, of one registered name */
	DMARC_FAILURES_HOUR = 500,     /* of all */
};

struct dmarc_failure {
	int64_t id, hour; /* hours since 1970 */
	struct dmarc_seen seen;
};

/* Adds x->messages to what is alike; beyond the above it is not told. */
MUST_USE err dmarc_failure_add(struct book *b, const struct dmarc_seen *x);

/* The first behind f->id without a report, of an hour before `before`.
 * ERR_NOTFOUND: there is none. */
MUST_USE err dmarc_failure_next(struct book *b, struct arena *a, int64_t before,
				struct dmarc_failure *f);
MUST_USE err dmarc_failure_done(struct book *b, int64_t id);
MUST_USE err dmarc_failure_expire(struct book *b, int64_t before_hour, int64_t *gone);
