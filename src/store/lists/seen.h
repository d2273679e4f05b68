/* store/lists/seen.h: posts accepted of late, to know a duplicate where no
 * archive keeps the post (archive/known.h). */
#pragma once

#include "store/store.h"

struct seen_row {
	int64_t list;
	str message_id; /* without < > */
	str author;
	str body_hash;
	str source; /* "17/dev@lists.example", the arrival that was first */
	int64_t at; /* seconds */
};

MUST_USE err seen_add(struct book *b, const struct seen_row *s); /* the first one stays */

/* ERR_NOTFOUND: not seen on that list. */
MUST_USE err seen_find(struct book *b, struct arena *a, int64_t list, str message_id,
		       struct seen_row *s);
/* How many of that author's since then. */
MUST_USE err seen_since(struct book *b, int64_t list, str author, int64_t since,
			int64_t *count);
MUST_USE err seen_expire(struct book *b, int64_t before, int64_t *gone);
