/* store/lists/purge.h: lists that are gone and whose archives are to go, until they have. */
#pragma once

#include "store/store.h"

struct purge_row {
	int64_t list; /* what was its id */
	str address;
	int64_t begun_at;
};

MUST_USE err purge_add(struct book *b, const struct purge_row *p);
MUST_USE err purge_next(struct book *b, struct arena *a, struct purge_row *p,
			bool *found); /* the oldest */
/* Behind all others, since it could not be gone on with. */
MUST_USE err purge_defer(struct book *b, int64_t list, int64_t now);
MUST_USE err purge_end(struct book *b, int64_t list);
