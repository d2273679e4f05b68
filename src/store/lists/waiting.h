/* store/lists/waiting.h: how much waits for moderators, list by list: for those who run
 * several. */
#pragma once

#include "store/store.h"

struct waiting_row {
	int64_t list;
	int64_t posts, requests; /* not both 0 */
	int64_t oldest;          /* seconds */
};

/* Each list where something waits, in order of id. */
MUST_USE err waiting_by_list(struct book *b, struct arena *a, struct waiting_row **w,
			     size_t *count);

/* The same without oldest, which takes a look at each post: where everybody who is signed in
 * is told how much waits, and strangers' mail may have made that very much. */
MUST_USE err waiting_counts(struct book *b, struct arena *a, struct waiting_row **w,
			    size_t *count);
