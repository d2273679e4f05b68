/* store/archive/window_inside.h: what window.c gathers and window_facets.c counts. */
#pragma once

#include "store/archive/window.h"
#include "store/sqlite.h"

struct hit {
	int64_t id, list, date, thread;
	uint64_t where; /* as words_hit has it */
	double score;
	int64_t more; /* others of its thread, where those are left out */
	unsigned flags;
	unsigned author; /* in window.authors */
};

struct author {
	uint64_t hash; /* of the address in lower case */
	int64_t posts;
	size_t first; /* which hit was theirs first, the newest */
};

struct window {
	struct hit *hits;
	size_t count, room;
	struct author *authors;
	size_t author_count, author_room;
	uint32_t *places; /* open addressing by hash: author + 1, 0 where none is */
	size_t place_room;
};

/* Which posts it may be: a bit an id, and where there are any, the newest first. */
struct candidates {
	uint64_t *bits; /* NULL: any post */
	int64_t top;    /* ids below it have a bit */
	struct {
		int64_t from, until;
	} * stretches;
	size_t count;
};
/* By the conditions that an index answers at once: the thread, attachments, patches, dates
 * that end. Of thread and attachments the row itself is not asked again. */
MUST_USE err candidates_read(struct book *b, struct arena *a, const struct archive_ask *q,
			     struct candidates *out);

/* The author whose address that is, counted; hit: the index of the hit. */
unsigned window_author(struct arena *a, struct window *w, str address, size_t hit);

/* Before the hits are put in another order. */
void window_facets(struct arena *a, const struct window *w, struct archive_facets *out);

/* Leaves of each thread the first hit. */
void window_by_thread(struct arena *a, struct window *w);
