/* store/archive/author.h: who wrote how much, by month, counted as posts come and go; and
 * what somebody wrote. */
#pragma once

#include "store/archive/post.h"

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
	int64_t posts;  /* since that month */
	int64_t number; /* of the first that they wrote; 0: no address is known */
};
/* Since that month, most first; *authors (may be NULL): how many there are in all. */
MUST_USE err archive_authors(struct book *b, struct arena *a, int64_t list, int64_t from,
			     size_t limit, struct archive_author **x, size_t *count,
			     int64_t *authors);

/* Of one author, by id after that one; the address without ASCII case, on every list. */
MUST_USE err archive_posts_by_author(struct book *b, struct arena *a, str address,
				     int64_t after, size_t limit,
				     struct archive_posts *out);

/* Of one author on one list, what came since then: newest first, ids below `before`, 0: from
 * the newest on. And the number of the first. */
MUST_USE err archive_posts_of_author(struct book *b, struct arena *a, int64_t list,
				     str address, int64_t since, int64_t before,
				     size_t limit, struct archive_posts *out);
MUST_USE err archive_author_first(struct book *b, int64_t list, str address,
				  int64_t since, int64_t *number, bool *found);

struct archive_author_year {
	int64_t year, posts;
};
/* Newest first; years without posts are not in it. */
MUST_USE err archive_author_years(struct book *b, struct arena *a, int64_t list,
				  str address, int64_t since,
				  struct archive_author_year **years, size_t *count);

/* The names under which the address wrote. */
MUST_USE err archive_author_names(struct book *b, struct arena *a, str address,
				  size_t limit, str **names, size_t *count);

/* Behind a post that lost its author: who was counted by the name that it bore goes by that of
 * their newest post on the list. p: as it was. */
MUST_USE err archive_author_unname(struct book *b, const struct archive_post *p);
