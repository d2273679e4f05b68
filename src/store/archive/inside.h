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
