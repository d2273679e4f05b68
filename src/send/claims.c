/* What is new in the book. Each list has its turn, and of it each message, so that a small
 * post is not behind a large one, whichever came first. */
#include "send/dispatch_inside.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
	OPEN_MOST = 1000, /* messages that have turns; the others wait for theirs ... */
	OPEN_FEW = 10,    /* ... but for these of each flow ... */
	LATER_MOST = 100000, /* ... and so many are known to wait */
	FIRST = 200,     /* of a message come in at once, although memory is full ... */
	FIRST_FLOW = 10, /* ... where its list has no more under way ... */
	OWN_EACH = 100,  /* of a message may wait for a crowded destination ... */
	FLOW_EACH = 300, /* ... and of a list */
	CATCH_UP = 200,  /* of those that were left come in a turn */
};

/* --- one turn --- */

struct passed { /* a message that has new ones for a destination that were passed by */
	struct turn turn;
	int64_t after;
};

/* Has as many in memory as are let in past those that wait in the book. */
static bool has_its_own(const struct destination *to, uint64_t flow, int64_t message)
{
	return destination_of_flow(to, flow) >= FLOW_EACH
	       || destination_of_message(to, flow, message) >= OWN_EACH;
}

/* The last that was passed by is mostly of the same message. */
static void pass_by(struct destination *to, const struct delivery *x, uint64_t flow)
{
	struct passed *p = to->last_passed;
	if (!p || p->turn.message != x->message)
		p = (struct passed *)turns_find(&to->passed, flow, x->message);
	if (!p) {
		p = mem_zero(sizeof *p);
		p->turn.message = x->message;
		p->after = x->id - 1;
		turns_add(&to->passed, &p->turn, flow);
	} else if (x->id <= p->after) {
		p->after = x->id - 1;
	}
	to->last_passed = p;
}

/* What is too much of one destination stays in the book, so that the others have room
 * in memory; a mark says where it begins. Of each message some come in all the same. */
static bool stays_behind(struct dispatcher *d, const struct delivery *x, uint64_t flow)
{
	pthread_mutex_lock(&d->s->lock);
	struct destination *to = destination_get(d->s, x->destination, TLS_WANT_USUAL);
	size_t waiting = destination_waiting(to);
	bool stays = (to->behind || waiting >= IN_MEMORY_EACH)
		     && (waiting >= IN_MEMORY_EACH * 2
			 || has_its_own(to, flow, x->message));
	bool begins = stays && !to->behind;
	to->behind = to->behind || stays;
	pthread_mutex_unlock(&d->s->lock);
	if (begins) {
		to->next_behind = d->behind;
		d->behind = to;
	}
	if (stays)
		pass_by(to, x, flow);
	return stays;
}

static int64_t higher(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Where it fails the cursor goes back, or the rest would be forgotten. */
static err claim_some(struct dispatcher *d, struct open_message *m, size_t limit)
{
	ARENA(a);
	struct delivery *x;
	size_t n;
	int64_t before = m->after, seen = higher(m->seen, d->ahead);
	err e = delivery_claim_new(d->outbound, a, m->turn.message, &m->after, limit, &x,
				   &n);
	for (size_t i = 0; i < n && !e.kind; i++)
		if (!stays_behind(d, &x[i], m->flow))
			e = dispatch_take_owed(d, a, &x[i], seen);
	m->seen = higher(m->seen, m->after);
	d->walked = higher(d->walked, m->after);
	if (e.kind)
		m->after = before;
	return e;
}

/* Whether it was complete is asked before its deliveries are read: what post adds in
 * between comes with the next turn. */
static err take_turn(struct dispatcher *d, struct open_message *m, size_t limit,
		     bool *some)
{
	int64_t before = m->after;
	bool complete;
	err e = outbound_is_complete(d->outbound, m->turn.message, &complete);
	if (!e.kind)
		e = claim_some(d, m, limit);
	*some = m->after > before;
	if (e.kind || *some)
		return e;
	turns_leave(&d->open, &m->turn);
	if (!complete) {
		turns_add(&d->idle, &m->turn, m->flow);
		return OK;
	}
	d->open_count--;
	free(m);
	return OK;
}

static err take_next_turn(struct dispatcher *d, bool *some)
{
	struct open_message *m = (struct open_message *)turns_first(&d->open);
	err e = take_turn(d, m, CLAIM, some);
	if (e.kind || *some)
		turns_pass(&d->open);
	return e;
}

/* Those whose last turn brought nothing have turns again. */
static void rouse(struct dispatcher *d)
{
	struct turn *x;
	while ((x = turns_first(&d->idle))) {
		turns_leave(&d->idle, x);
		turns_add(&d->open, x, ((struct open_message *)x)->flow);
	}
}

/* --- messages --- */

static bool has_spare_room(struct dispatcher *d, uint64_t flow)
{
	const struct flow *f = turns_of(&d->open, flow);
	pthread_mutex_lock(&d->s->lock);
	size_t in_memory = d->s->in_memory;
	pthread_mutex_unlock(&d->s->lock);
	if (in_memory + FIRST <= IN_MEMORY_MAX)
		return true;
	return in_memory + FIRST <= IN_MEMORY_MAX + SPARE
	       && (!f || f->turns < FIRST_FLOW);
}

static size_t turns_in(const struct turns *t, uint64_t flow)
{
	const struct flow *f = turns_of(t, flow);
	return f ? f->turns : 0;
}

static bool may_open(const struct dispatcher *d, uint64_t flow)
{
	return d->open_count < OPEN_MOST
	       || turns_in(&d->open, flow) + turns_in(&d->idle, flow) < OPEN_FEW;
}

/* A new message's first turn comes at once. */
static err begin_turns(struct dispatcher *d, struct open_message *m)
{
	bool some, room = has_spare_room(d, m->flow);
	turns_add(&d->open, &m->turn, m->flow);
	d->open_count++;
	return room ? take_turn(d, m, FIRST, &some) : OK;
}

/* One whose flow has its share of turns waits, and those behind it do not. */
static err notice(struct dispatcher *d, int64_t id)
{
	struct open_message *m = mem_zero(sizeof *m);
	m->turn.message = id;
	m->flow = dispatch_flow(d, id);
	if (may_open(d, m->flow) && !turns_in(&d->later, m->flow))
		return begin_turns(d, m);
	turns_add(&d->later, &m->turn, m->flow);
	d->later_count++;
	return OK;
}

static err notice_some(struct dispatcher *d, size_t limit, size_t *n)
{
	ARENA(a);
	struct outbound_owing *m;
	TRY(outbound_owing_after(d->outbound, a, d->noticed, limit, &m, n));
	for (size_t i = 0; i < *n; i++) {
		d->noticed = m[i].id;
		if (m[i].owing)
			TRY(notice(d, m[i].id));
	}
	return OK;
}

/* Those that had to wait: of each flow the first that may. */
static err open_later(struct dispatcher *d)
{
	struct flow *next;
	for (struct flow *f = d->later.first; f; f = next) {
		struct turn *x = f->first;
		next = f->next;
		if (!may_open(d, f->id))
			continue;
		turns_leave(&d->later, x);
		d->later_count--;
		TRY(begin_turns(d, (struct open_message *)x));
	}
	return OK;
}

/* At a start most messages of the book are long done with. Where all turns are given a
 * page a call is looked for who gets one all the same. */
static err notice_messages(struct dispatcher *d)
{
	size_t n = OPEN_MOST;
	TRY(open_later(d));
	if (d->later_count >= LATER_MOST)
		return OK;
	do
		TRY(notice_some(d, OPEN_MOST, &n));
	while (n == OPEN_MOST && d->open_count < OPEN_MOST);
	return OK;
}

err claim_new(struct dispatcher *d)
{
	rouse(d);
	TRY(notice_messages(d));
	while (turns_first(&d->open) && dispatch_has_room(d)
	       && !atomic_load(&d->s->stopping)) {
		bool some;
		TRY(take_next_turn(d, &some));
		if (some) {
			rouse(d);
			d->patience = SOON_MS;
			dispatch_open_sessions(d);
		}
		TRY(notice_messages(d));
	}
	return OK;
}

void claims_free(struct dispatcher *d)
{
	turns_free(&d->open);
	turns_free(&d->idle);
	turns_free(&d->later);
}

/* --- what stayed behind --- */

/* Up to limit of one message that were passed by; fewer: there are no more, and it is
 * gone. */
static err catch_up_turn(struct dispatcher *d, struct destination *to, struct passed *p,
			 size_t limit, size_t *n)
{
	ARENA(a);
	struct delivery *x;
	int64_t after = p->after;
	TRY(delivery_claim_of(d->outbound, a, p->turn.message, to->name, &after,
			      d->walked, limit, &x, n));
	d->ahead = higher(d->ahead, after);
	for (size_t i = 0; i < *n; i++)
		TRY(dispatch_take_owed(d, a, &x[i], INT64_MAX));
	p->after = after;
	if (*n == limit)
		return OK;
	turns_leave(&to->passed, &p->turn);
	to->last_passed = NULL;
	free(p);
	return OK;
}

/* Those of one destination that the turns left; as many as have room. */
static err catch_up(struct dispatcher *d, struct destination *to, size_t room)
{
	struct passed *p;
	while (room && (p = (struct passed *)turns_first(&to->passed))) {
		size_t limit = room < CATCH_UP ? room : CATCH_UP, n;
		TRY(catch_up_turn(d, to, p, limit, &n));
		room -= n;
		if (n == limit)
			turns_pass(&to->passed);
	}
	return OK;
}

static bool runs_low(struct dispatcher *d, const struct destination *to, uint64_t flow)
{
	pthread_mutex_lock(&d->s->lock);
	bool low = destination_of_flow(to, flow) < FLOW_LOW
		   && destination_waiting(to) < IN_MEMORY_EACH * 2;
	pthread_mutex_unlock(&d->s->lock);
	return low;
}

/* There is no room because of others: whose share in memory runs out gets more, or its
 * turns would be theirs. */
static err catch_up_low(struct dispatcher *d, struct destination *to)
{
	struct flow *next;
	for (struct flow *f = to->passed.first; f; f = next) {
		size_t n;
		next = f->next;
		if (runs_low(d, to, f->id))
			TRY(catch_up_turn(d, to, (struct passed *)f->first, OWN_EACH,
					  &n));
	}
	return OK;
}

static size_t room_at(struct dispatcher *d, const struct destination *to)
{
	pthread_mutex_lock(&d->s->lock);
	size_t waiting = destination_waiting(to);
	size_t room = waiting > IN_MEMORY_EACH / 2 ? 0 : IN_MEMORY_EACH - waiting;
	pthread_mutex_unlock(&d->s->lock);
	return room;
}

static err catch_up_one(struct dispatcher *d, struct destination *to)
{
	size_t room = room_at(d, to);
	TRY(room ? catch_up(d, to, room) : catch_up_low(d, to));
	pthread_mutex_lock(&d->s->lock);
	to->behind = turns_first(&to->passed) != NULL;
	pthread_mutex_unlock(&d->s->lock);
	return OK;
}

err claim_behind(struct dispatcher *d)
{
	struct destination **at = &d->behind;
	while (*at && dispatch_has_room(d)) {
		struct destination *to = *at;
		TRY(catch_up_one(d, to));
		if (to->behind)
			at = &to->next_behind;
		else
			*at = to->next_behind;
	}
	return OK;
}
