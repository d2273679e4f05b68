/* send/report_look.h: what reports of all kinds have in common when they are due: a few go at
 * a look, each look goes on where the last one ended, and one that cannot be made now is put
 * off, so that the others have their turn.
 *
 *     static const struct report_kind kind = { next, rewind_all, report, .most_hours = 12 };
 *     l = report_look_new(&kind, ctx, 1000);
 *     TRY(report_look(l, look_ms, &stopping));     // every few seconds
 *     report_look_free(l); */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdatomic.h>

struct report_case {
	str domain;     /* that the report is for: by it one is put off */
	int64_t due_at; /* seconds since 1970 */
	void *row;      /* the kind's own */
};

struct report_kind {
	/* The case behind the last one. ERR_NOTFOUND: none is left. */
	err (*next)(void *ctx, struct arena *a, struct report_case *c);
	void (*rewind)(void *ctx); /* the next case is the first again */
	/* ERR_TEMP: not now, and nothing is wrong. Any other is logged. */
	err (*report)(void *ctx, struct arena *a, const struct report_case *c);
	int64_t most_hours; /* between two attempts */
};

struct report_look;

/* room: domains that may be put off at a time. ctx is the kind's functions'. */
struct report_look *report_look_new(const struct report_kind *kind, void *ctx,
				    size_t room);
void report_look_free(struct report_look *l); /* NULL is fine */

/* Nothing is begun when look_ms are over (0: half a minute) or *stopping is set. */
MUST_USE err report_look(struct report_look *l, int64_t look_ms, atomic_bool *stopping);

/* Milliseconds until what was put off so many times before is tried again. */
int64_t report_look_wait(size_t times, int64_t most_hours);
