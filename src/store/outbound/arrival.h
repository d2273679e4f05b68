/* store/outbound/arrival.h: every accepted message in short, kept for
 * `postern trace` long after the inbound book forgot it. */
#pragma once

#include "store/store.h"

struct arrival {
	int64_t inbound; /* its id in the inbound book */
	int64_t at;      /* milliseconds */
	str message_id;  /* without < > */
	str reverse_path;
	str author; /* From, address only */
	str subject;
	str client;
};

MUST_USE err arrival_add(struct book *b, const struct arrival *x); /* twice is fine */

/* ERR_NOTFOUND: unknown or expired. */
MUST_USE err arrival_get(struct book *b, struct arena *a, int64_t inbound,
			 struct arrival *x);

/* Newest first, at most limit. */
MUST_USE err arrival_by_message_id(struct book *b, struct arena *a, str message_id,
				   size_t limit, struct arrival **x, size_t *count);
MUST_USE err arrival_by_author(struct book *b, struct arena *a, str author,
			       int64_t before /* inbound; 0: all */, size_t limit,
			       struct arrival **x, size_t *count);

/* Its subject goes. */
MUST_USE err arrival_blank(struct book *b, int64_t inbound);

/* Forgets at most limit of those before that time (ms); *gone counts them. */
MUST_USE err arrival_expire(struct book *b, int64_t before, size_t limit, int64_t *gone);
