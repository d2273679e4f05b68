/* The committer: outcomes of all sessions become rows, many a sync. */
#include "send/outcome_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "send/retry.h"

#include <stdio.h>
#include <stdlib.h>

enum { GATHER_MS = 50, QUEUE_MAX = 20000 };

struct committer {
	struct sender *s;
	pthread_mutex_t lock;
	pthread_cond_t some, room;
	struct outcome *first, **last;
	size_t count, most;
	bool stopping;
	struct book *outbound;
	pthread_t thread;
	struct reports_due due;
	int64_t done[OUTCOME_BATCH]; /* deliveries that the batch ends */
	size_t done_count;
	struct ledger_entry entries[OUTCOME_BATCH]; /* what it says of each */
	size_t entry_count;
	int64_t at;    /* when, in milliseconds */
	char why[256]; /* an error's text */
};

/* Behind what at leads to. */
static str put(char **at, str x)
{
	str out = { *at, x.n };
	if (x.n)
		memcpy(*at, x.p, x.n);
	*at += x.n;
	return out;
}

static struct outcome *make(struct item *i, enum outcome_kind kind,
			    const struct outcome_words *w)
{
	str before = w->by.n ? STR(" (") : STR(""), behind = w->by.n ? STR(")") : STR("");
	size_t by = before.n + w->by.n + behind.n;
	struct outcome *o = mem_alloc(sizeof *o + w->reply.n + by + w->remote.n);
	char *at = (char *)(o + 1);
	*o = (struct outcome){ .kind = kind,
			       .item = i,
			       .relayed = w->relayed,
			       .class = w->class,
			       .greylisted = w->greylisted };
	str status = str_first(w->status, sizeof o->status - 1);
	if (status.n)
		memcpy(o->status, status.p, status.n);
	o->reply = put(&at, w->reply);
	put(&at, before);
	put(&at, w->by);
	put(&at, behind);
	o->text = (str){ o->reply.p, w->reply.n + by };
	o->remote = put(&at, w->remote);
	return o;
}

/* The disk is slower than the network. Milliseconds. */
static int64_t wait_for_room(struct committer *c)
{
	int64_t began = clock_mono_ms();
	while (c->count >= c->most)
		pthread_cond_wait(&c->room, &c->lock);
	return clock_mono_ms() - began;
}

int64_t outcome_tell(struct sender *s, struct item *i, enum outcome_kind kind,
		     const struct outcome_words *w)
{
	struct committer *c = s->committer;
	struct outcome *o = make(i, kind, w);
	pthread_mutex_lock(&c->lock);
	int64_t waited = c->count >= c->most ? wait_for_room(c) : 0;
	*c->last = o;
	c->last = &o->next;
	if (c->count++ == 0 || c->count == OUTCOME_BATCH)
		pthread_cond_signal(&c->some);
	pthread_mutex_unlock(&c->lock);
	return waited;
}

/* However it ended: refused, or given up (RFC 3461 section 4.1). */
static const char *failure_of(const struct item *i)
{
	return report_wanted(i, "FAILURE", true) ? "failed" : NULL;
}

static void enter(struct committer *c, const struct outcome *o, const char *what,
		  bool failed)
{
	const struct item *i = o->item;
	size_t n = c->entry_count++;
	const char *class = failed ? bounce_class_word(o->class) : "";
	c->entries[n] = (struct ledger_entry){ .id = (int64_t)n,
					       .at = c->at,
					       .inbound = i->inbound,
					       .message = i->message,
					       .recipient = i->recipient,
					       .member = i->member,
					       .what = str_from(what),
					       .detail = o->text,
					       .class = str_from(class),
					       .status = failed ? str_from(o->status)
								: STR("") };
}

static void end(struct committer *c, const struct outcome *o, const char *what,
		const char *action, bool failed)
{
	enter(c, o, what, failed);
	if (action)
		reports_due_add(&c->due, o, action);
	c->done[c->done_count++] = o->item->id;
}

static int64_t wait_of(struct committer *c, const struct outcome *o)
{
	const struct item *i = o->item;
	int64_t first = c->s->conf->send_retry;
	return o->greylisted && !i->attempts ? retry_greylisted(first, i->id)
					     : retry_wait(first, i->attempts + 1, i->id);
}

static err write_later(struct committer *c, const struct outcome *o)
{
	struct item *i = o->item;
	int64_t now = clock_now(), age = now - i->created_at;
	if (age >= c->s->conf->send_expire) {
		end(c, o, "expired", failure_of(i), true);
		return OK;
	}
	enter(c, o, "tried", false);
	TRY(delivery_later(c->outbound, i->id, i->attempts + 1, now + wait_of(c, o),
			   o->text));
	if (age < WARN_AFTER || i->warned)
		return OK;
	TRY(delivery_warned(c->outbound, i->id));
	if (report_wanted(i, "DELAY", true))
		reports_due_add(&c->due, o, "delayed");
	return OK;
}

static err write_one(struct committer *c, const struct outcome *o)
{
	switch (o->kind) {
	case OUTCOME_DELIVERED:
		end(c, o, "delivered", o->relayed ? "relayed" : NULL, false);
		return OK;
	case OUTCOME_REFUSED:
		end(c, o, "refused", failure_of(o->item), true);
		return OK;
	case OUTCOME_KEPT:
		end(c, o, "kept", NULL, false);
		return OK;
	case OUTCOME_LATER:
		break;
	}
	return write_later(c, o);
}

/* Each message's in order, those that were delivered one after the other: the ledger
 * makes a row of them. */
static int by_message(const void *a, const void *b)
{
	const struct ledger_entry *x = a, *y = b;
	bool later = str_eq(x->what, STR("delivered")),
	     late = str_eq(y->what, STR("delivered"));
	if (x->message != y->message)
		return x->message < y->message ? -1 : 1;
	if (later != late)
		return later ? 1 : -1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static err write_entries(struct committer *c)
{
	qsort(c->entries, c->entry_count, sizeof *c->entries, by_message);
	return ledger_add(c->outbound, c->entries, c->entry_count);
}

/* A text made in the arena of one report, kept for the log. */
static err keep_text(struct committer *c, err e)
{
	if (e.kind)
		snprintf(c->why, sizeof c->why, "%s", e.msg);
	return e.kind ? FAIL(e.kind, c->why) : e;
}

static err write_all(struct committer *c, struct outcome *o)
{
	err e = OK;
	c->due.count = c->done_count = c->entry_count = 0;
	c->at = clock_now_ms();
	TRY(book_begin(c->outbound));
	for (; o && !e.kind; o = o->next)
		e = write_one(c, o);
	if (!e.kind)
		e = write_entries(c);
	if (!e.kind)
		e = delivery_done_all(c->outbound, c->done, c->done_count);
	for (size_t i = 0; i < c->due.count && !e.kind; i++) {
		ARENA(a);
		e = keep_text(c,
			      reports_due_tell(&c->due, i, c->s->conf, c->outbound, a));
	}
	return book_end(c->outbound, e);
}

/* Neither the book's state nor the disk: the row itself is refused, and no waiting
 * helps. */
static bool is_bad_row(err e)
{
	return e.kind && e.kind != ERR_TEMP && e.kind != ERR_IO;
}

/* Without entry and report, so that the copy is not sent again. */
static err write_bare(struct committer *c, const struct outcome *o)
{
	const struct item *i = o->item;
	if (o->kind != OUTCOME_LATER)
		return delivery_done(c->outbound, i->id);
	return delivery_later(c->outbound, i->id, i->attempts + 1,
			      clock_now() + wait_of(c, o), STR(""));
}

/* One outcome alone. A bad row is logged with all that would have stood in it. Where
 * not even its bare end can be written it stays in flight: until the next start nobody
 * sends it. */
static err write_alone(struct committer *c, struct outcome *o)
{
	struct outcome alone = *o;
	alone.next = NULL;
	err e = write_all(c, &alone);
	if (!is_bad_row(e))
		return e;
	log_error("outcome-refused", KN("delivery", o->item->id),
		  KN("message", o->item->message), KS("recipient", o->item->recipient),
		  KS("text", o->text), KE(e),
		  KZ("do", "report it: this is a fault of the program"));
	e = write_bare(c, o);
	o->stuck = is_bad_row(e);
	return o->stuck ? OK : e;
}

static void not_written(err e)
{
	log_error("outcomes-not-written", KE(e),
		  KZ("do", "free space; they are tried again until they are written"));
}

/* Mail was handed over: forgetting that would send it again. So this ends when all is
 * on disk; one bad row holds up no other. */
static void write_batch(struct committer *c, struct outcome *batch)
{
	err e;
	while ((e = write_all(c, batch)).kind && !is_bad_row(e)) {
		not_written(e);
		thread_sleep(1000);
	}
	if (!e.kind)
		return;
	for (struct outcome *o = batch; o; o = o->next)
		while ((e = write_alone(c, o)).kind) {
			not_written(e);
			thread_sleep(1000);
		}
}

static void forget(struct committer *c, struct outcome *o)
{
	pthread_mutex_lock(&c->s->lock);
	for (struct outcome *x = o; x; x = x->next)
		if (!x->stuck)
			flight_remove(&c->s->flight, x->item->id);
	pthread_mutex_unlock(&c->s->lock);
	for (struct outcome *next; o; o = next) {
		next = o->next;
		free(o->item);
		free(o);
	}
}

/* The first OUTCOME_BATCH of what waits, cut off its list. */
static struct outcome *take_batch(struct committer *c)
{
	struct outcome *batch = c->first, *o = batch;
	size_t n = 1;
	for (; n < OUTCOME_BATCH && o->next; n++)
		o = o->next;
	c->first = o->next;
	o->next = NULL;
	if (!c->first)
		c->last = &c->first;
	c->count -= n;
	pthread_cond_broadcast(&c->room);
	return batch;
}

static struct outcome *next_batch(struct committer *c)
{
	struct outcome *batch = NULL;
	pthread_mutex_lock(&c->lock);
	while (!c->count && !c->stopping)
		pthread_cond_wait(&c->some, &c->lock);
	int64_t until = clock_mono_ms() + GATHER_MS;
	while (c->count < OUTCOME_BATCH && !c->stopping
	       && thread_wait_until(&c->some, &c->lock, until))
		;
	if (c->count)
		batch = take_batch(c);
	pthread_mutex_unlock(&c->lock);
	return batch;
}

static void *run(void *arg)
{
	struct committer *c = arg;
	struct outcome *batch;
	while ((batch = next_batch(c))) {
		write_batch(c, batch);
		forget(c, batch);
	}
	return NULL;
}

err committer_start(struct arena *a, struct sender *s)
{
	struct committer *c = mem_zero(sizeof *c);
	c->s = s;
	c->last = &c->first;
	c->most = s->outcomes_most ? s->outcomes_most : QUEUE_MAX;
	pthread_mutex_init(&c->lock, NULL);
	thread_cond_init(&c->some);
	thread_cond_init(&c->room);
	s->committer = c;
	TRY(book_open(a, s->conf->site_data, BOOK_OUTBOUND, BOOK_WRITE, &c->outbound));
	return thread_start_joinable(&c->thread, run, c);
}

void committer_stop(struct sender *s)
{
	struct committer *c = s->committer;
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_signal(&c->some);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	book_close(c->outbound);
}

void committer_free(struct committer *c)
{
	pthread_cond_destroy(&c->some);
	pthread_cond_destroy(&c->room);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
