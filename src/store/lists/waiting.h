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
