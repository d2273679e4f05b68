/* store/lists/tally.h: what a list's statistics are made of: members by day and by the
 * way in which they get posts, and what came back by week. Counted as it happens. */
#pragma once

#include "store/store.h"

struct member_day {
	int64_t day; /* days since 1970 */
	int64_t joined, gone;
};
/* Days on which somebody joined or left, oldest first. Who left before this was counted
 * is not in it. */
MUST_USE err member_days(struct book *b, struct arena *a, int64_t list,
			 struct member_day **d, size_t *count);

struct member_way {
	str delivery, off_by; /* as in member.h */
	int64_t members;
};
MUST_USE err member_ways(struct book *b, struct arena *a, int64_t list,
			 struct member_way **w, size_t *count);

struct bounce_week {
	int64_t week; /* 0: the seven days from since on */
	str class;    /* as in bounce.h */
	int64_t times;
};
MUST_USE err bounced_weeks(struct book *b, struct arena *a, int64_t list, int64_t since,
			   struct bounce_week **w, size_t *count);
