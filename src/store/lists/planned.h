/* store/lists/planned.h: memberships that begin on a day to come. Until then nobody is a
 * member by one: no post goes there, and none is taken as a member's. */
#pragma once

#include "store/store.h"

struct planned_row {
	int64_t id, list;
	str address, key, name;
	int64_t first_day, last_day; /* seconds at 0:00 UTC; last_day 0: no end */
};

/* Sets p->id. One plan for an address on a list: a second one takes its place. */
MUST_USE err planned_put(struct book *b, struct planned_row *p);

/* Of one list, the nearest first. */
MUST_USE err planned_list(struct book *b, struct arena *a, int64_t list,
			  struct planned_row **p, size_t *count);

/* Whose first day has come, on every list, in order of that day. */
MUST_USE err planned_due(struct book *b, struct arena *a, int64_t now, size_t limit,
			 struct planned_row **p, size_t *count);

/* Of an address, on every list. */
MUST_USE err planned_by_key(struct book *b, struct arena *a, str key,
			    struct planned_row **p, size_t *count);

/* ERR_NOTFOUND: there is none. */
MUST_USE err planned_remove(struct book *b, int64_t list, str key);
