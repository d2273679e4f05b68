/* Retries are taken in order of time. Where one flow's fill memory those of the others would
 * wait until its own have been tried: of who has few there, a few come in all the same. */
#include "send/dispatch_inside.h"

#include "base/clock.h"

enum {
	FEW = 200, /* of a flow in memory */
	FLOWS_MOST =
		64, /* that one look tells apart; others have their turn in the next */
	PAGES = 10, /* a look reads, then the next goes on */
};

struct few {
	uint64_t flow;
	size_t in_memory;
};

struct looking {
	struct few flows[FLOWS_MOST];
	size_t count;
};

static bool has_spare(struct dispatcher *d)
{
	pthread_mutex_lock(&d->s->lock);
	bool yes = d->s->in_memory < IN_MEMORY_MAX + SPARE;
	pthread_mutex_unlock(&d->s->lock);
	return yes;
}

/* NULL: there are too many to tell apart. */
static struct few *few_of(struct dispatcher *d, struct looking *l, uint64_t flow)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->flows[i].flow == flow)
			return &l->flows[i];
	if (l->count == FLOWS_MOST)
		return NULL;
	pthread_mutex_lock(&d->s->lock);
	size_t n = destinations_of_flow(d->s, flow);
	pthread_mutex_unlock(&d->s->lock);
	l->flows[l->count] = (struct few){ flow, n };
	return &l->flows[l->count++];
}

static err look_at(struct dispatcher *d, struct arena *a, struct looking *l,
		   const struct delivery *x)
{
	struct few *f = few_of(d, l, dispatch_flow(d, x->message));
	if (!f || f->in_memory >= FEW || !has_spare(d))
		return OK;
	f->in_memory++;
	return dispatch_take_owed(d, a, x, INT64_MAX);
}

err claim_few(struct dispatcher *d)
{
	struct looking l = { 0 };
	for (int page = 0; page < PAGES; page++) {
		ARENA(a);
		struct delivery *x;
		size_t n;
		TRY(delivery_due_after(d->outbound, a, clock_now(), &d->few_at,
				       &d->few_id, CLAIM, &x, &n));
		for (size_t i = 0; i < n; i++)
			TRY(look_at(d, a, &l, &x[i]));
		if (!n) { /* the end: from the start again */
			d->few_at = d->few_id = 0;
			return OK;
		}
	}
	return OK;
}
