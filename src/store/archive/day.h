/* store/archive/day.h: posts by the day of their date (UTC): how many, and which days
 * beside one have any.
 *
 *     struct archive_day *days;
 *     TRY(archive_days(b, a, list, from, until, 0, &days, &count));
 *
 * What is read lives in the caller's arena. */
#pragma once

#include "store/store.h"

struct archive_day {
	int64_t day; /* its midnight, in seconds */
	int64_t posts;
};

/* Dates in [from, until), what came before since left out; oldest first, days without a
 * post are not in it. */
MUST_USE err archive_days(struct book *b, struct arena *a, int64_t list, int64_t from,
			  int64_t until, int64_t since, struct archive_day **days,
			  size_t *count);

/* The midnights of the days with posts next to [from, until); 0: there is none. */
MUST_USE err archive_days_beside(struct book *b, int64_t list, int64_t from,
				 int64_t until, int64_t since, int64_t *before,
				 int64_t *after);
