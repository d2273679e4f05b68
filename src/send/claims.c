/* What is new in the book. Each message has its turn, so that a small post is not behind
 * a large one, whichever came first. */
#include "send/dispatch_inside.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
	OPEN_MOST = 1000, /* messages that have turns; the others wait for theirs */
	FIRST = 200,      /* of a message come in at once, although memory is full ... */
	SPARE = 10000,    /* ... by no more than this */
	OWN_EACH = 100,   /* of a message may wait for a crowded destination */
};

/* --- one turn --- */

/* What is too much of one destination stays in the book, so that the others have room
 * in memory; a mark says where it begins. Of each message some come in all the same. */
static bool stays_behind(struct dispatcher *d, const struct delivery *x)
{
	pthread_mutex_lock(&d->s->lock);
	struct destination *to = destination_get(d->s, x->destination, TLS_WANT_USUAL);
	size_t waiting = destination_waiting(d->s, to->name);
	bool stays = (to->behind || waiting >= IN_MEMORY_EACH)
		     && (waiting >= IN_MEMORY_EACH * 2
			 || destination_count(d->s, to->name, x->message) >= OWN_EACH);
	bool begins = stays && !to->behind;
	to->behind = to->behind || stays;
	pthread_mutex_unlock(&d->s->lock);
	if (begins) {
		to->behind_after = x->id - 1;
		to->next_behind = d->behind;
		d->behind = to;
	} else if (stays && x->id <= to->behind_after) {
		to->behind_after = x->id - 1;
	}
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
	err e = delivery_claim_new(d->outbound, a, m->id, &m->after, limit, &x, &n);
	for (size_t i = 0; i < n && !e.kind; i++)
		if (!stays_behind(d, &x[i]))
			e = dispatch_take_owed(d, a, &x[i], seen);
	m->seen = higher(m->seen, m->after);
	d->walked = higher(d->walked, m->after);
	if (e.kind)
		m->after = before;
	return e;
}

static void append(struct dispatcher *d, struct open_message *m)
{
	m->next = NULL;
	*d->last_open = m;
	d->last_open = &m->next;
}

static struct open_message *next_open(struct dispatcher *d)
{
	struct open_message *m = d->open;
	d->open = m->next;
	if (!d->open)
		d->last_open = &d->open;
	return m;
}

/* Whether it was complete is asked before its deliveries are read: what post adds in
 * between comes with the next turn. */
static err take_turn(struct dispatcher *d, struct open_message *m, size_t limit,
		     bool *some)
{
	int64_t before = m->after;
	bool complete;
	err e = outbound_is_complete(d->outbound, m->id, &complete);
	if (!e.kind)
		e = claim_some(d, m, limit);
	*some = m->after > before;
	if (e.kind || *some || !complete) {
		append(d, m);
		return e;
	}
	d->open_count--;
	free(m);
	return OK;
}

/* --- messages --- */

static bool has_spare_room(struct dispatcher *d)
{
	pthread_mutex_lock(&d->s->lock);
	bool room = d->s->in_memory + FIRST <= IN_MEMORY_MAX + SPARE;
	pthread_mutex_unlock(&d->s->lock);
	return room;
}

/* A new message's first turn comes at once. */
static err begin_turns(struct dispatcher *d, int64_t id)
{
	struct open_message *m = mem_zero(sizeof *m);
	bool some;
	m->id = id;
	d->open_count++;
	if (has_spare_room(d))
		return take_turn(d, m, FIRST, &some);
	append(d, m);
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
			TRY(begin_turns(d, m[i].id));
	}
	return OK;
}

/* At a start most messages of the book are long done with. */
static err notice_messages(struct dispatcher *d)
{
	size_t n = 0, limit = 0;
	while (n == limit && d->open_count < OPEN_MOST) {
		limit = OPEN_MOST - d->open_count;
		TRY(notice_some(d, limit, &n));
	}
	return OK;
}

err claim_new(struct dispatcher *d)
{
	size_t idle = 0; /* turns in a row that brought nothing */
	TRY(notice_messages(d));
	while (d->open && idle < d->open_count && dispatch_has_room(d)
	       && !atomic_load(&d->s->stopping)) {
		bool some;
		TRY(take_turn(d, next_open(d), CLAIM, &some));
		idle = some ? 0 : idle + 1;
		if (some) {
			d->patience = SOON_MS;
			dispatch_open_sessions(d);
		}
		TRY(notice_messages(d));
	}
	return OK;
}

void claims_free(struct dispatcher *d)
{
	while (d->open)
		free(next_open(d));
}

/* --- what stayed behind --- */

/* Those of one destination that the turns left; as many as have room. */
static err catch_up_one(struct dispatcher *d, struct destination *to, size_t room)
{
	ARENA(a);
	struct delivery *x;
	size_t n;
	int64_t before = to->behind_after;
	TRY(delivery_claim_of(d->outbound, a, to->name, &to->behind_after, d->walked,
			      room, &x, &n));
	for (size_t i = 0; i < n; i++) {
		err e = dispatch_take_owed(d, a, &x[i], INT64_MAX);
		if (e.kind) {
			to->behind_after = before;
			return e;
		}
	}
	d->ahead = higher(d->ahead, to->behind_after);
	pthread_mutex_lock(&d->s->lock);
	to->behind = n == room;
	pthread_mutex_unlock(&d->s->lock);
	return OK;
}

static size_t room_at(struct dispatcher *d, const struct destination *to)
{
	pthread_mutex_lock(&d->s->lock);
	size_t waiting = destination_waiting(d->s, to->name);
	size_t room = waiting > IN_MEMORY_EACH / 2 ? 0 : IN_MEMORY_EACH - waiting;
	pthread_mutex_unlock(&d->s->lock);
	return room;
}

err claim_behind(struct dispatcher *d)
{
	struct destination **at = &d->behind;
	while (*at && dispatch_has_room(d)) {
		struct destination *to = *at;
		size_t room = room_at(d, to);
		if (room)
			TRY(catch_up_one(d, to, room));
		if (to->behind)
			at = &to->next_behind;
		else
			*at = to->next_behind;
	}
	return OK;
}
