/* store/archive/inside.h: what is written inside the files of a post, as the index was given it,
 * since the index forgets a post only if it is told the words that it has; and which posts are
 * still to be looked into. */
#pragma once

#include "store/store.h"

/* In the place of what there was; an empty text leaves none. */
MUST_USE err archive_inside_put(struct book *b, int64_t post, str text);
/* Empty where there is none. ERR_IO: it is damaged. */
MUST_USE err archive_inside_read(struct book *b, struct arena *a, int64_t post,
				 str *text);

/* ---- posts whose files are to be looked into */

struct archive_unread {
	int64_t post, tries;
};
/* One that archive_unread_never names stays as it is, here and below. */
MUST_USE err archive_unread_add(struct book *b, int64_t post);
/* The newest that waits for nothing. */
MUST_USE err archive_unread_next(struct book *b, struct archive_unread *u, bool *found);
MUST_USE err archive_unread_of(struct book *b, int64_t post, struct archive_unread *u,
			       bool *found);
MUST_USE err archive_unread_try(struct book *b, int64_t post); /* it begins */
MUST_USE err archive_unread_done(struct book *b, int64_t post);
/* Puts it off until archive_unread_awake, which gives all that wait another turn. */
MUST_USE err archive_unread_wait(struct book *b, int64_t post);
MUST_USE err archive_unread_awake(struct book *b);

struct archive_unread_counts {
	int64_t now;   /* posts that have their turn soon */
	int64_t later; /* that wait, as archive_unread_wait says */
};
MUST_USE err archive_unread_count(struct book *b, struct archive_unread_counts *n);

/* ---- and that are not, as somebody who has gone may be named in their files */

/* For as long as the post is there, whatever is done to it. */
MUST_USE err archive_unread_never(struct book *b, int64_t post);
/* Before a name goes from all posts of the list (0: of every list) by what the index has of them:
 * *left: files are still to be looked into, do it again when they have been. Else those that wait
 * never are. */
MUST_USE err archive_unread_close(struct book *b, int64_t list, bool *left);
