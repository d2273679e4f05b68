/* store/archive/window_inside.h: what window.c gathers, window_order.c orders and window_facets.c counts. */
#pragma once

#include "store/archive/window.h"
#include "store/sqlite.h"

struct hit {
	int64_t id, date;
	uint64_t where; /* as words_hit has it */
	double score;
	uint32_t list, thread, author; /* as struct fact has them */
	unsigned flags;
	unsigned more; /* others of its thread, where those are left out */
};

struct window {
	struct hit *hits;
	size_t count, room;
	size_t sifted; /* of them it is sure that they came late enough */
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
/* By the conditions that another index answers. Those of thread, message, type and what is
 * left out hold for each of them; the others are to be asked of its facts. */
MUST_USE err candidates_read(struct book *b, struct arena *a, const struct archive_ask *q,
			     struct candidates *out);

/* Before the hits are put in another order than the newest first. */
void window_facets(struct arena *a, const struct window *w, struct archive_facets *out);

/* ---- window_order.c: what stands before what. */

/* By which the hits are ordered then: the best, or the newest. */
void window_score(struct window *w, bool best);

/* Leaves of each thread the hit that stands first. */
void window_by_thread(struct arena *a, struct window *w);

/* By date: leaves those behind that post. */
void window_behind(struct window *w, int64_t date, int64_t id);

/* Brings the first n to the front, in order; the others stand behind them in none. */
void window_first(struct window *w, size_t n);
