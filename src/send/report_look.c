#include "send/report_look.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/recent.h"

#include <stdlib.h>

enum { EACH_LOOK = 20, LOOK_MS = 30000, HOUR_MS = 3600000 };

struct report_look {
	const struct report_kind *kind;
	void *ctx;
	struct recent *put_off; /* domain -> struct again */
};

struct again {
	int64_t at; /* clock_mono_ms of the next attempt */
	size_t times;
};

struct report_look *report_look_new(const struct report_kind *kind, void *ctx,
				    size_t room)
{
	struct report_look *l = mem_zero(sizeof *l);
	l->kind = kind;
	l->ctx = ctx;
	l->put_off = recent_new(room, sizeof(struct again), NULL);
	return l;
}

void report_look_free(struct report_look *l)
{
	if (!l)
		return;
	recent_free(l->put_off);
	free(l);
}

int64_t report_look_wait(size_t times, int64_t most_hours)
{
	static const int64_t hours[] = { 1, 4, 12 };
	size_t last = sizeof hours / sizeof *hours - 1;
	int64_t wait = hours[times < last ? times : last];
	return (wait < most_hours ? wait : most_hours) * HOUR_MS;
}

static bool is_due(struct report_look *l, const struct report_case *c)
{
	const struct again *again = recent_get(l->put_off, c->domain);
	return clock_now() >= c->due_at && (!again || clock_mono_ms() >= again->at);
}

static void put_off(struct report_look *l, str domain)
{
	struct again *again = recent_get(l->put_off, domain);
	if (!again)
		again = recent_add(l->put_off, domain);
	again->at = clock_mono_ms()
		    + report_look_wait(again->times++, l->kind->most_hours);
}

/* The case behind the last; *asked: it was due. What one takes is of no use to the next
 * one. */
static err next(struct report_look *l, bool *asked)
{
	ARENA(a);
	struct report_case c = { 0 };
	TRY(l->kind->next(l->ctx, a, &c));
	*asked = is_due(l, &c);
	err e = *asked ? l->kind->report(l->ctx, a, &c) : OK;
	if (e.kind)
		put_off(l, c.domain);
	if (e.kind && e.kind != ERR_TEMP)
		log_error("reports-hindered", KE(e), KS("domain", c.domain),
			  KZ("do", "mend what the error names; it goes on by itself"));
	return OK;
}

err report_look(struct report_look *l, int64_t look_ms, atomic_bool *stopping)
{
	int64_t until = clock_mono_ms() + (look_ms ? look_ms : LOOK_MS);
	for (int n = 0;
	     n < EACH_LOOK && clock_mono_ms() < until && !atomic_load(stopping);) {
		bool asked = false;
		err e = next(l, &asked);
		if (e.kind) {
			l->kind->rewind(l->ctx);
			return e.kind == ERR_NOTFOUND ? OK : e;
		}
		n += asked;
	}
	return OK;
}
