/* store/outbound/sts.h: other domains' MTA-STS policies as they were last fetched (RFC
 * 8461): in force until their time is over, whatever DNS and web servers do meanwhile. */
#pragma once

#include "store/store.h"

struct sts_row {
	str domain;                /* lower case, A-labels */
	str id;                    /* of the record under _mta-sts at that time */
	str policy;                /* the file, word for word */
	int64_t fetched_at, until; /* seconds */
};

enum { STS_ROOM = 8 * 1024 * 1024 }; /* octets that all policies may take */

/* Beyond that room others go for it, the largest first: their domains are asked again. */
MUST_USE err sts_put(struct book *b, const struct sts_row *row);

/* ERR_NOTFOUND: none is known, or its time was over before now. */
MUST_USE err sts_get(struct book *b, struct arena *a, str domain, int64_t now,
		     struct sts_row *row);

/* Forgets those whose time was over before now. */
MUST_USE err sts_expire(struct book *b, int64_t now, int64_t *gone);
