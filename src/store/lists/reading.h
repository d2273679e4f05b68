/* store/lists/reading.h: how far somebody has read an archive. News are posts whose number is above
 * that of the whole list and above that of their thread. A thread is named as by a mark
 * (store/lists/mark.h). */
#pragma once

#include "store/store.h"

enum { READING_THREADS = 500 }; /* of a person and list */

struct reading_row {
	int64_t number; /* 0: of all threads; else the thread that holds this post */
	int64_t upto;   /* posts up to this number are no news */
};

/* All of a person on a list, in order of number: that of the whole list first, if there is one. */
MUST_USE err reading_of(struct book *b, struct arena *a, int64_t person, int64_t list,
			struct reading_row **r, size_t *count);

/* Seen up to there; less than before changes nothing. Threads that are behind the whole list's
 * number go; of more than READING_THREADS those that were least far do, and the number of the
 * whole list stays. */
MUST_USE err reading_put(struct book *b, int64_t person, int64_t list,
			 const struct reading_row *r);

/* All of a person's on every list: rows of list and what reading_row has. */
struct reading_all {
	int64_t list;
	struct reading_row row;
};
MUST_USE err reading_of_person(struct book *b, struct arena *a, int64_t person,
			       struct reading_all **r, size_t *count);

/* All of a person's go to another; of two the one that is further holds. */
MUST_USE err reading_move(struct book *b, int64_t from, int64_t to);
