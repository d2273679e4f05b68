/* The dispatcher: claims deliveries from the book and sees that somebody sends
 * them. It alone reads the queue. */
#include "send/sender_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>

enum { LOOK_MS = 1000, LETTERS = 64 };

struct dispatcher {
	struct sender *s;
	struct book *outbound;
	int64_t after; /* new deliveries up to there have been claimed */
	struct letter *letters[LETTERS]; /* those in use of late */
	size_t next_letter;
	pthread_t thread;
};

static err find_letter(struct dispatcher *d, int64_t id, struct letter **l)
{
	for (size_t i = 0; i < LETTERS; i++)
		if (d->letters[i] && d->letters[i]->row.id == id) {
			*l = letter_keep(d->letters[i]);
			return OK;
		}
	TRY(letter_load(d->outbound, id, l));
	letter_drop(d->letters[d->next_letter]);
	d->letters[d->next_letter] = letter_keep(*l);
	d->next_letter = (d->next_letter + 1) % LETTERS;
	return OK;
}

static str put_text(char **at, str s)
{
	char *to = *at;
	if (s.n)
		memcpy(to, s.p, s.n);
	*at += s.n;
	return (str){ to, s.n };
}

static struct item *make_item(const struct delivery *x, struct letter *l)
{
	struct item *i = mem_alloc(sizeof *i + x->recipient.n + x->notify.n + x->orcpt.n);
	char *at = (char *)(i + 1);
	*i = (struct item){ .id = x->id,
			    .message = x->message,
			    .member = x->member,
			    .attempts = x->attempts,
			    .created_at = l->row.created_at / 1000,
			    .inbound = l->row.inbound,
			    .letter = l,
			    .warned = x->warned };
	i->recipient = put_text(&at, x->recipient);
	i->notify = put_text(&at, x->notify);
	i->orcpt = put_text(&at, x->orcpt);
	return i;
}

/* [send] relay = outbox: kept, shown on a page, and nothing leaves. */
static bool keeps_all(const struct sender *s)
{
	return str_eq(s->conf->send_relay, STR("outbox"));
}

/* A message whose body is gone can never be sent; its row says so. */
static void drop_orphan(struct dispatcher *d, const struct delivery *x)
{
	log_error("delivery-without-message", KN("delivery", x->id),
		  KN("message", x->message), KZ("do", "postern queue rm MESSAGE"));
	err e = delivery_later(d->outbound, x->id, x->attempts + 1, clock_now() + 86400,
			       STR("451 4.3.0 the message's body is missing"));
	if (e.kind)
		log_error("outbound-not-written", KE(e),
			  KZ("do", "see the error before this one"));
}

/* Parks what is too much of one destination, so that the others have room. */
static bool is_crowded(struct dispatcher *d, const struct delivery *x)
{
	pthread_mutex_lock(&d->s->lock);
	bool crowded = destination_get(d->s, x->destination)->waiting >= IN_MEMORY_EACH;
	pthread_mutex_unlock(&d->s->lock);
	if (!crowded)
		return false;
	err e = delivery_later(d->outbound, x->id, x->attempts, clock_now() + 30,
			       x->last_reply);
	if (e.kind)
		log_error("outbound-not-written", KE(e),
			  KZ("do", "see the error before this one"));
	return true;
}

static void take(struct dispatcher *d, const struct delivery *x)
{
	struct letter *l;
	err e = find_letter(d, x->message, &l);
	if (e.kind) {
		drop_orphan(d, x);
		return;
	}
	struct item *i = make_item(x, l);
	pthread_mutex_lock(&d->s->lock);
	flight_add(&d->s->flight, x->id);
	if (!keeps_all(d->s))
		destination_put(d->s, destination_get(d->s, x->destination), i);
	pthread_mutex_unlock(&d->s->lock);
	if (keeps_all(d->s))
		outcome_tell(d->s, i, OUTCOME_KEPT, "",
			     STR("kept: [send] relay = outbox"), false);
}

static bool in_flight(struct dispatcher *d, int64_t id)
{
	pthread_mutex_lock(&d->s->lock);
	bool yes = flight_has(&d->s->flight, id);
	pthread_mutex_unlock(&d->s->lock);
	return yes;
}

static bool has_room(struct dispatcher *d)
{
	pthread_mutex_lock(&d->s->lock);
	bool room = d->s->in_memory + CLAIM <= IN_MEMORY_MAX;
	pthread_mutex_unlock(&d->s->lock);
	return room;
}

static void open_sessions(struct dispatcher *d)
{
	pthread_mutex_lock(&d->s->lock);
	sessions_open(d->s);
	pthread_mutex_unlock(&d->s->lock);
}

static void take_all(struct dispatcher *d, const struct delivery *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!in_flight(d, x[i].id) && !is_crowded(d, &x[i]))
			take(d, &x[i]);
	open_sessions(d);
}

static err claim_new(struct dispatcher *d)
{
	size_t n = 1;
	while (n && has_room(d) && !atomic_load(&d->s->stopping)) {
		ARENA(a);
		struct delivery *x;
		int64_t before = d->after;
		TRY(delivery_claim(d->outbound, a, &d->after, CLAIM, &x, &n));
		take_all(d, x, n);
		n += d->after != before; /* a run of held rows is no end */
	}
	return OK;
}

static err claim_due(struct dispatcher *d)
{
	ARENA(a);
	struct delivery *x;
	size_t n;
	if (!has_room(d))
		return OK;
	TRY(delivery_due(d->outbound, a, clock_now(), CLAIM, &x, &n));
	take_all(d, x, n);
	return OK;
}

static void wait_for_work(struct sender *s)
{
	int64_t until = clock_mono_ms() + LOOK_MS;
	pthread_mutex_lock(&s->lock);
	while (!s->woken && !atomic_load(&s->stopping))
		if (!thread_wait_until(&s->work, &s->lock, until))
			break;
	s->woken = false;
	pthread_mutex_unlock(&s->lock);
}

static void *run(void *arg)
{
	struct dispatcher *d = arg;
	while (!atomic_load(&d->s->stopping)) {
		err e = claim_new(d);
		if (!e.kind)
			e = claim_due(d);
		if (e.kind)
			log_error(
				"queue-not-read", KE(e),
				KZ("do", "mend what the error names; it is tried again"));
		open_sessions(d);
		wait_for_work(d->s);
	}
	for (size_t i = 0; i < LETTERS; i++)
		letter_drop(d->letters[i]);
	return NULL;
}

err sender_start(struct arena *a, const struct sender_conf *conf, struct sender **out)
{
	struct sender *s = mem_zero(sizeof *s);
	struct dispatcher *d = mem_zero(sizeof *d);
	s->conf = conf->conf;
	s->mac = conf->mac;
	s->resolver = conf->resolver;
	s->tls = conf->tls;
	s->sealer = conf->sealer;
	s->dial_own = conf->dial_own;
	s->ctx = conf->ctx;
	s->wanting_last = &s->wanting;
	pthread_mutex_init(&s->lock, NULL);
	thread_cond_init(&s->work);
	d->s = s;
	TRY(committer_start(a, s));
	TRY(book_open(a, s->conf->site_data, BOOK_OUTBOUND, BOOK_WRITE, &d->outbound));
	*out = s;
	return thread_start_joinable(&d->thread, run, d);
}

void sender_wake(struct sender *s)
{
	pthread_mutex_lock(&s->lock);
	s->woken = true;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
}

static size_t count_sessions(struct sender *s)
{
	pthread_mutex_lock(&s->lock);
	for (struct map_slot *x = NULL; (x = map_next(&s->destinations, x));)
		pthread_cond_broadcast(&((struct destination *)x->value)->some);
	size_t n = s->sessions;
	pthread_mutex_unlock(&s->lock);
	return n;
}

/* Sessions finish the copy they are at; what waits stays in the book. */
void sender_stop(struct sender *s, int64_t deadline)
{
	atomic_store(&s->stopping, true);
	sender_wake(s);
	while (count_sessions(s) && clock_mono_ms() < deadline)
		thread_sleep(20);
	committer_stop(s);
}
