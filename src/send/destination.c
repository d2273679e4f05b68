#include "send/sender_inside.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>

enum { KEY_MAX = 256 }; /* a domain, and what its messages want */

/* No domain holds a space. */
static str make_key(char key[static KEY_MAX], str name, enum tls_want want)
{
	name = str_first(name, KEY_MAX - 2);
	memcpy(key, name.p, name.n);
	if (want == TLS_WANT_USUAL)
		return (str){ key, name.n };
	key[name.n] = ' ';
	key[name.n + 1] = (char)('0' + want);
	return (str){ key, name.n + 2 };
}

struct destination *destination_get(struct sender *s, str name, enum tls_want want)
{
	char space[KEY_MAX];
	str key = make_key(space, name, want);
	struct destination *d = map_get(&s->destinations, key);
	if (d)
		return d;
	d = mem_zero(sizeof *d + key.n);
	memcpy(d + 1, key.p, key.n);
	key.p = (const char *)(d + 1);
	d->name = str_first(key, name.n);
	d->want = want;
	thread_cond_init(&d->some);
	map_set(&s->destinations, key, d);
	d->usual = d;
	if (want == TLS_WANT_USUAL)
		return d;
	d->usual = destination_get(s, d->name, TLS_WANT_USUAL);
	d->beside = d->usual->beside;
	d->usual->beside = d;
	return d;
}

size_t destination_waiting(const struct destination *of)
{
	size_t n = 0;
	for (const struct destination *d = of->usual; d; d = d->beside)
		n += d->waiting;
	return n;
}

size_t destination_sessions(const struct destination *of)
{
	size_t n = 0;
	for (const struct destination *d = of->usual; d; d = d->beside)
		n += d->sessions;
	return n;
}

size_t destination_transactions(const struct destination *d)
{
	size_t each = d->to_most ? d->to_most : TO_MOST;
	return d->waiting - d->shared + (d->shared + each - 1) / each;
}

void destination_wants(struct sender *s, struct destination *d)
{
	if (d->queued)
		return;
	d->queued = true;
	d->next_wanting = NULL;
	*s->wanting_last = d;
	s->wanting_last = &d->next_wanting;
}

static struct line *find_line(const struct destination *d, uint64_t flow, int64_t message)
{
	return (struct line *)turns_find(&d->lines, flow, message);
}

static struct line *make_line(struct destination *d, uint64_t flow, int64_t message)
{
	struct line *l = mem_zero(sizeof *l);
	l->turn.message = message;
	l->last = &l->first;
	turns_add(&d->lines, &l->turn, flow);
	return l;
}

static size_t of_flow_in(const struct destination *d, uint64_t flow)
{
	const struct flow *f = turns_of(&d->lines, flow);
	return f ? f->waiting : 0;
}

size_t destination_of_flow(const struct destination *of, uint64_t flow)
{
	size_t n = 0;
	for (const struct destination *d = of->usual; d; d = d->beside)
		n += of_flow_in(d, flow);
	return n;
}

/* At all of them: a look at each. */
size_t destinations_of_flow(const struct sender *s, uint64_t flow)
{
	size_t n = 0;
	for (struct map_slot *x = NULL; (x = map_next(&s->destinations, x));)
		n += of_flow_in(x->value, flow);
	return n;
}

size_t destination_of_message(const struct destination *of, uint64_t flow,
			      int64_t message)
{
	for (const struct destination *d = of->usual; d; d = d->beside) {
		const struct line *l = find_line(d, flow, message);
		if (l)
			return l->count;
	}
	return 0;
}

void destination_put(struct sender *s, struct destination *d, struct item *i)
{
	struct line *l = find_line(d, i->flow, i->message);
	if (!l)
		l = make_line(d, i->flow, i->message);
	i->next = NULL;
	*l->last = i;
	l->last = &i->next;
	l->count++;
	l->turn.flow->waiting++;
	d->waiting++;
	d->shared += i->shared;
	s->in_memory++;
	destination_wants(s, d);
	pthread_cond_signal(&d->some);
}

static struct item *pop(struct destination *d, struct line *l)
{
	struct item *i = l->first;
	l->first = i->next;
	if (!l->first)
		l->last = &l->first;
	l->count--;
	l->turn.flow->waiting--;
	d->shared -= i->shared;
	return i;
}

/* New ones that wait in the book have room again. */
static bool has_room_again(const struct destination *d, const struct line *l,
			   size_t taken)
{
	static const size_t half = IN_MEMORY_EACH / 2;
	size_t all = destination_waiting(d), of_flow = l->turn.flow->waiting;
	return (all <= half && all + taken > half)
	       || (of_flow < FLOW_LOW && of_flow + taken >= FLOW_LOW);
}

/* The dispatcher fills up again when half of the room is free. */
static void count_taken(struct sender *s, struct destination *d, const struct line *l,
			size_t n)
{
	static const size_t half = IN_MEMORY_MAX / 2;
	s->in_memory -= n;
	d->waiting -= n;
	if ((s->in_memory <= half && s->in_memory + n > half)
	    || (d->usual->behind && has_room_again(d, l, n))) {
		s->woken = true;
		pthread_cond_signal(&s->work);
	}
}

static void end_line(struct destination *d, struct line *l)
{
	turns_leave(&d->lines, &l->turn);
	free(l);
}

struct item *destination_take(struct sender *s, struct destination *d)
{
	struct line *l = (struct line *)turns_first(&d->lines);
	if (!l)
		return NULL;
	struct item *i = pop(d, l);
	count_taken(s, d, l, 1);
	if (l->first)
		turns_pass(&d->lines);
	else
		end_line(d, l);
	return i;
}

size_t destination_take_like(struct sender *s, struct destination *d,
			     const struct item *like, struct item **items, size_t most)
{
	struct line *l = find_line(d, like->flow, like->message);
	size_t n = 0;
	while (l && l->first && l->first->shared && n < most)
		items[n++] = pop(d, l);
	if (!n)
		return 0;
	count_taken(s, d, l, n);
	if (!l->first)
		end_line(d, l);
	return n;
}

/* While items are taken one destination looks at its siblings: none is freed before all
 * are empty. */
void destinations_free(struct sender *s)
{
	struct item *i;
	for (struct map_slot *x = NULL; (x = map_next(&s->destinations, x));)
		while ((i = destination_take(s, x->value)))
			free(i);
	for (struct map_slot *x = NULL; (x = map_next(&s->destinations, x));) {
		struct destination *d = x->value;
		turns_free(&d->passed);
		pthread_cond_destroy(&d->some);
		free(d);
	}
	map_free(&s->destinations);
}
