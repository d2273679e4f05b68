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

/* The author whose address that is, counted; hit: the index of the hit. */
unsigned window_author(struct arena *a, struct window *w, str address, size_t hit);

/* Before the hits are put in another order. */
void window_facets(struct arena *a, const struct window *w, struct archive_facets *out);

/* Leaves of each thread the first hit. */
void window_by_thread(struct arena *a, struct window *w);
