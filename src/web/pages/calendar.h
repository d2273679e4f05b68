/* web/pages/calendar.h: posts by month, as a table and as bars. */
#pragma once

#include "web/pages/page.h"

struct calendar {
	struct archive_month *months; /* newest first, as archive_months gives them */
	size_t count;
};

/* The latest years side by side, a row a month; NULL: there is no post. */
const struct page_calendar *calendar_latest(struct request *q, const struct calendar *c,
					    int years);
/* All years, a row a year. */
const struct page_calendar *calendar_all(struct request *q, const struct calendar *c);

/* The 24 months up to that one. NULL: none of them has a post. */
const struct page_activity *calendar_activity(struct request *q, const struct calendar *c,
					      int year, int month);

/* How dark a cell is: as many on each level, so that of an even list not all are darkest. */
enum { CALENDAR_LEVELS = 4 };
struct calendar_levels {
	int64_t above[CALENDAR_LEVELS];
};
/* From counts above 0, in any order; they are sorted. */
struct calendar_levels calendar_levels_of(int64_t *posts, size_t count);
/* 0: no post, else 1 to CALENDAR_LEVELS. */
int64_t calendar_level(const struct calendar_levels *l, int64_t posts);

int64_t calendar_posts(const struct calendar *c, int year, int month); /* of a month */
