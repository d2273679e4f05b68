/* store/archive/author.h: who wrote how much, by month; counted as posts come and go. */
#pragma once

#include "store/store.h"

struct archive_author_month {
	int64_t month; /* year * 12 + month - 1 */
	int64_t posts, authors;
};
/* From that month on, oldest first; months without posts are not in it. */
MUST_USE err archive_author_months(struct book *b, struct arena *a, int64_t list,
				   int64_t from, struct archive_author_month **m,
				   size_t *count);

struct archive_author {
	str address, name;
	int64_t posts;
};
/* Since that month, most first; *authors: how many there are in all. */
MUST_USE err archive_authors(struct book *b, struct arena *a, int64_t list, int64_t from,
			     size_t limit, struct archive_author **x, size_t *count,
			     int64_t *authors);
