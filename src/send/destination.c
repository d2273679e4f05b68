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
	d->last = &d->first;
	thread_cond_init(&d->some);
	map_set(&s->destinations, key, d);
	return d;
}

size_t destination_waiting(struct sender *s, str name)
{
	char space[KEY_MAX];
	size_t n = 0;
	for (enum tls_want want = TLS_WANT_USUAL; want <= TLS_WANT_ANYHOW; want++) {
		struct destination *d = map_get(&s->destinations,
						make_key(space, name, want));
		n += d ? d->waiting : 0;
	}
	return n;
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

void destination_put(struct sender *s, struct destination *d, struct item *i)
{
	i->next = NULL;
	*d->last = i;
	d->last = &i->next;
	d->waiting++;
	s->in_memory++;
	destination_wants(s, d);
	pthread_cond_signal(&d->some);
}

struct item *destination_take(struct sender *s, struct destination *d)
{
	struct item *i = d->first;
	if (!i)
		return NULL;
	d->first = i->next;
	if (!d->first)
		d->last = &d->first;
	d->waiting--;
	s->in_memory--;
	/* The dispatcher fills up again when half of the room is free. */
	if (s->in_memory == IN_MEMORY_MAX / 2
	    || (d->behind && d->waiting == IN_MEMORY_EACH / 2)) {
		s->woken = true;
		pthread_cond_signal(&s->work);
	}
	return i;
}

void destinations_free(struct sender *s)
{
	struct item *i;
	for (struct map_slot *x = NULL; (x = map_next(&s->destinations, x));) {
		struct destination *d = x->value;
		while ((i = destination_take(s, d)))
			free(i);
		pthread_cond_destroy(&d->some);
		free(d);
	}
	map_free(&s->destinations);
}
