/* The dispatcher: claims deliveries from the book and sees that somebody sends
 * them. It alone reads the queue. */
#include "send/dispatch_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>

enum { CROWDED_S = 30, ORPHAN_S = 86400 };

/* Its body is not wanted yet, only that it is there. */
static err look_up(struct dispatcher *d, int64_t id, struct known *k)
{
	ARENA(a);
	struct outbound_message m;
	str first;
	TRY(outbound_get(d->outbound, a, id, &m));
	TRY(outbound_body_read(d->outbound, a, id, 0, 1, &first));
	enum tls_want want = (enum tls_want)m.tls;
	*k = (struct known){ id,
			     m.created_at / 1000,
			     m.inbound,
			     want == TLS_WANT_OFFERED ? TLS_WANT_USUAL : want,
			     copy_is_shared(&m),
			     turns_flow(&m) };
	return OK;
}

static err find_message(struct dispatcher *d, int64_t id, struct known *k)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (d->known[i].id == id) {
			*k = d->known[i];
			return OK;
		}
	TRY(look_up(d, id, k));
	d->known[d->next_known] = *k;
	d->next_known = (d->next_known + 1) % KNOWN;
	return OK;
}

uint64_t dispatch_flow(struct dispatcher *d, int64_t message)
{
	struct known k;
	return find_message(d, message, &k).kind ? 0 : k.flow;
}

static str put_text(char **at, str s)
{
	char *to = *at;
	if (s.n)
		memcpy(to, s.p, s.n);
	*at += s.n;
	return (str){ to, s.n };
}

static bool is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] > '~')
			return false;
	return true;
}

static struct item *make_item(const struct delivery *x, const struct known *k)
{
	struct item *i = mem_alloc(sizeof *i + x->recipient.n + x->notify.n + x->orcpt.n
				   + x->reader.n);
	char *at = (char *)(i + 1);
	*i = (struct item){ .id = x->id,
			    .message = x->message,
			    .member = x->member,
			    .attempts = x->attempts,
			    .created_at = k->created_at,
			    .inbound = k->inbound,
			    .flow = k->flow,
			    .warned = x->warned };
	i->shared = k->shared && is_plain(x->recipient) && is_plain(x->orcpt);
	i->recipient = put_text(&at, x->recipient);
	i->notify = put_text(&at, x->notify);
	i->orcpt = put_text(&at, x->orcpt);
	i->reader = put_text(&at, x->reader);
	return i;
}

/* [send] relay = outbox: kept, shown on a page, and nothing leaves. */
static bool keeps_all(const struct sender *s)
{
	return str_eq(s->conf->send_relay, STR("outbox"));
}

static err put_off(struct dispatcher *d, const struct delivery *x, int64_t seconds,
		   str why)
{
	return delivery_later(d->outbound, x->id, x->attempts, clock_now() + seconds,
			      why);
}

/* A message whose body is gone can never be sent; its row says so. One that cannot be
 * read now holds up no other. */
static err without_message(struct dispatcher *d, const struct delivery *x, err e)
{
	if (e.kind != ERR_NOTFOUND) {
		log_error("queue-not-read", KN("message", x->message), KE(e),
			  KZ("do", "mend what the error names; it is tried again"));
		return put_off(d, x, CROWDED_S, x->last_reply);
	}
	log_error("delivery-without-message", KN("delivery", x->id),
		  KN("message", x->message), KZ("do", "postern queue rm MESSAGE"));
	return put_off(d, x, ORPHAN_S, STR("451 4.3.0 the message's body is missing"));
}

/* An administrator wants an attempt now, whatever is known of the servers. */
static void ask_for(struct destination *to, const struct delivery *x)
{
	if (x->next_at != DELIVERY_NOW)
		return;
	to->asked_for = true;
	to->pace.closed_until = 0;
}

static err take(struct dispatcher *d, const struct delivery *x)
{
	struct known k;
	err e = find_message(d, x->message, &k);
	if (e.kind)
		return without_message(d, x, e);
	struct item *i = make_item(x, &k);
	pthread_mutex_lock(&d->s->lock);
	flight_add(&d->s->flight, x->id);
	if (!keeps_all(d->s)) {
		struct destination *to = destination_get(d->s, x->destination, k.want);
		destination_put(d->s, to, i);
		ask_for(to, x);
	}
	pthread_mutex_unlock(&d->s->lock);
	if (keeps_all(d->s))
		outcome_tell(d->s, i, OUTCOME_KEPT,
			     &(struct outcome_words){
				     .reply = STR("kept: [send] relay = outbox"),
				     .class = BOUNCE_OTHER });
	return OK;
}

static bool in_flight(struct dispatcher *d, int64_t id)
{
	pthread_mutex_lock(&d->s->lock);
	bool yes = flight_has(&d->s->flight, id);
	pthread_mutex_unlock(&d->s->lock);
	return yes;
}

bool dispatch_has_room(struct dispatcher *d)
{
	pthread_mutex_lock(&d->s->lock);
	bool room = d->s->in_memory + CLAIM <= IN_MEMORY_MAX;
	pthread_mutex_unlock(&d->s->lock);
	return room;
}

void dispatch_open_sessions(struct dispatcher *d)
{
	pthread_mutex_lock(&d->s->lock);
	sessions_open(d->s);
	pthread_mutex_unlock(&d->s->lock);
}

/* A row that is read a second time may have been in flight when it was read and have
 * landed before we look: its outcome was committed first, so the book knows. */
static err is_still_owed(struct dispatcher *d, struct arena *a, const struct delivery *x,
			 int64_t seen, bool *owed)
{
	struct delivery now;
	*owed = false;
	if (in_flight(d, x->id))
		return OK;
	if (!x->next_at && x->id > seen) {
		*owed = true;
		return OK;
	}
	err e = delivery_get(d->outbound, a, x->id, &now);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	*owed = now.next_at == x->next_at && !now.held;
	return OK;
}

err dispatch_take_owed(struct dispatcher *d, struct arena *a, const struct delivery *x,
		       int64_t seen)
{
	bool owed;
	TRY(is_still_owed(d, a, x, seen, &owed));
	return owed ? take(d, x) : OK;
}

/* --- retries --- */

/* By others' deliveries: a flow that has few there comes in past them. */
static bool is_crowded(struct dispatcher *d, const struct delivery *x)
{
	uint64_t flow = dispatch_flow(d, x->message);
	pthread_mutex_lock(&d->s->lock);
	struct destination *to = destination_get(d->s, x->destination, TLS_WANT_USUAL);
	size_t waiting = destination_waiting(to);
	bool crowded = waiting >= IN_MEMORY_EACH * 2
		       || (waiting >= IN_MEMORY_EACH
			   && destination_of_flow(to, flow) >= FLOW_LOW);
	if (crowded)
		ask_for(to, x);
	pthread_mutex_unlock(&d->s->lock);
	return crowded;
}

static err put_off_all(struct dispatcher *d, const struct delivery **x, size_t n)
{
	err e = OK;
	if (!n)
		return OK;
	TRY(book_begin(d->outbound));
	for (size_t i = 0; i < n && !e.kind; i++)
		e = put_off(d, x[i], CROWDED_S, x[i]->last_reply);
	return book_end(d->outbound, e);
}

static err take_due(struct dispatcher *d, struct arena *a, const struct delivery *x,
		    size_t n)
{
	const struct delivery **crowded = arena_alloc(a, n * sizeof *crowded);
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		bool owed;
		TRY(is_still_owed(d, a, &x[i], INT64_MAX, &owed));
		if (!owed)
			continue;
		if (!is_crowded(d, &x[i]))
			TRY(take(d, &x[i]));
		else
			crowded[count++] = &x[i];
	}
	return put_off_all(d, crowded, count);
}

static size_t count_in_flight(struct dispatcher *d)
{
	pthread_mutex_lock(&d->s->lock);
	size_t n = d->s->flight.used;
	pthread_mutex_unlock(&d->s->lock);
	return n;
}

/* Those that are under way are due until their outcome is written; they are asked for
 * on top of the rest, which they would hide otherwise. */
static err claim_due(struct dispatcher *d)
{
	size_t limit = 0, n = 0;
	if (clock_mono_ms() < d->due_at)
		return OK;
	while (n == limit && dispatch_has_room(d)) {
		ARENA(a);
		struct delivery *x;
		limit = CLAIM + count_in_flight(d);
		TRY(delivery_due(d->outbound, a, clock_now(), limit, &x, &n));
		TRY(take_due(d, a, x, n));
	}
	if (n == limit)
		TRY(claim_few(d));
	d->due_at = clock_mono_ms() + LOOK_MS;
	return OK;
}

/* Who wakes us may be about to write more, without a word: it is looked for again soon,
 * then at ever longer times. */
static void wait_for_work(struct dispatcher *d)
{
	struct sender *s = d->s;
	int64_t until = clock_mono_ms() + d->patience;
	pthread_mutex_lock(&s->lock);
	while (!s->woken && !atomic_load(&s->stopping))
		if (!thread_wait_until(&s->work, &s->lock, until))
			break;
	d->patience = s->woken                    ? SOON_MS
		      : d->patience * 2 < LOOK_MS ? d->patience * 2
						  : LOOK_MS;
	s->woken = false;
	pthread_mutex_unlock(&s->lock);
}

static void *run(void *arg)
{
	struct dispatcher *d = arg;
	while (!atomic_load(&d->s->stopping)) {
		err e = claim_behind(d);
		if (!e.kind)
			e = claim_new(d);
		if (!e.kind)
			e = claim_due(d);
		if (e.kind)
			log_error(
				"queue-not-read", KE(e),
				KZ("do", "mend what the error names; it is tried again"));
		dispatch_open_sessions(d);
		wait_for_work(d);
	}
	book_close(d->outbound);
	claims_free(d);
	free(d);
	return NULL;
}

err dispatcher_start(struct arena *a, struct sender *s)
{
	struct dispatcher *d = mem_zero(sizeof *d);
	d->s = s;
	d->patience = SOON_MS;
	err e = book_open(a, s->conf->site_data, BOOK_OUTBOUND, BOOK_WRITE, &d->outbound);
	if (!e.kind)
		e = thread_start_joinable(&s->dispatcher, run, d);
	if (e.kind)
		free(d);
	return e;
}
