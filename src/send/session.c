/* One connection to a destination: a thread that reads top-down. */
#include "send/session_inside.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "mail/seven.h"
#include "send/blame.h"
#include "send/retry.h"
#include "smtp/session.h"

#include <stdlib.h>

enum {
	LOOKUP_MS = 20000,
	KEEP_MS = 1000,
	MANY = 20, /* copies */
	LOOK_ROUND_MS = 50,
	TURN_MS = 30000,
};

struct under_way { /* a copy that the client holds, and those who get it */
	struct arena *a;
	struct item **items;
	struct smtp_to *to;
	size_t count;
	bool shared;
	struct letter *letter;
	struct copy_parts parts;
	int64_t since; /* their_ms */
};

static unsigned notify_bits(str words)
{
	unsigned bits = 0;
	bits |= str_ifind(words, STR("SUCCESS")).n ? SMTP_NOTIFY_SUCCESS : 0;
	bits |= str_ifind(words, STR("FAILURE")).n ? SMTP_NOTIFY_FAILURE : 0;
	bits |= str_ifind(words, STR("DELAY")).n ? SMTP_NOTIFY_DELAY : 0;
	return str_ifind(words, STR("NEVER")).n ? SMTP_NOTIFY_NEVER : bits;
}

static str orcpt_xtext(struct arena *a, str orcpt)
{
	str type, address;
	if (!str_cut(orcpt, ';', &type, &address))
		return STR("");
	return arena_cat(a, type, STR(";"), enc_xtext(a, address));
}

/* As it is, or, for a server without SMTPUTF8 or 8BITMIME, in a form that it can have;
 * where there is none the client refuses it there (5.6.7, 5.6.3). */
static struct letter *letter_for(struct session *x, struct letter *l)
{
	const struct smtp_offers *offers = smtp_client_offers(x->client);
	struct letter *other = NULL;
	if (l->row.smtputf8 && !offers->utf8)
		other = letter_plain(l);
	l = other ? other : l;
	other = l->row.eightbit && !offers->eight_bit ? letter_seven(l) : NULL;
	return other ? other : l;
}

static void describe(struct session *x, struct under_way *u, struct smtp_copy *copy)
{
	struct letter *l = letter_for(x, u->letter);
	const struct outbound_message *m = &l->row;
	letter_seal(l, &x->s->sealer);
	struct reader who = reader_unpack(u->items[0]->reader, u->items[0]->recipient);
	copy_make(u->a, l, &x->s->mac, u->items[0]->member, &who, &u->parts);
	copy_sign(u->a, l, &u->parts);
	u->to = arena_alloc(u->a, u->count * sizeof *u->to);
	for (size_t i = 0; i < u->count; i++)
		u->to[i] = (struct smtp_to){ .address = u->items[i]->recipient,
					     .notify = notify_bits(u->items[i]->notify),
					     .orcpt = orcpt_xtext(u->a,
								  u->items[i]->orcpt) };
	*copy = (struct smtp_copy){ .reverse_path = u->parts.reverse_path,
				    .to = u->to,
				    .to_count = u->count,
				    .parts = u->parts.parts,
				    .part_count = u->parts.count,
				    .eight_bit = m->eightbit,
				    .utf8 = m->smtputf8
					    || message_has_8bit(u->items[0]->recipient)
					    || message_has_8bit(u->parts.reverse_path),
				    .headers_only = str_eq(m->ret, STR("HDRS")),
				    .ret_given = m->ret.n > 0,
				    .envid = m->envid.n ? enc_xtext(u->a, m->envid)
							: STR(""),
				    .tag = u };
	bool asked = x->d->want == TLS_WANT_REQUIRED
		     || (m->tls == TLS_WANT_OFFERED
			 && smtp_client_tls(u->a, x->client).n);
	copy->require_tls = asked && smtp_client_offers(x->client)->require_tls;
}

struct item *session_take(struct session *x)
{
	pthread_mutex_lock(&x->s->lock);
	place_heard(x);
	struct item *i = destination_take(x->s, x->d);
	pthread_mutex_unlock(&x->s->lock);
	return i;
}

static struct item *take_next(struct session *x)
{
	pthread_mutex_lock(&x->s->lock);
	place_heard(x);
	struct item *i = place_is_over(x) ? NULL : destination_take(x->s, x->d);
	pthread_mutex_unlock(&x->s->lock);
	return i;
}

/* One whose message cannot be read holds up no other. */
static struct item *take_with_letter(struct session *x, struct letter **letter)
{
	struct item *i;
	while ((i = take_next(x))) {
		err e = letters_get(x->s->letters, i->message, letter);
		if (!e.kind)
			return i;
		log_error("letter-not-read", KN("delivery", i->id),
			  KN("message", i->message), KE(e),
			  KZ("do", "mend what the error names; it is tried again"));
		outcome_tell(x->s, i, OUTCOME_LATER,
			     &(struct outcome_words){
				     .status = STR("4.3.0"),
				     .reply = STR("451 4.3.0 the message cannot be read"),
				     .class = BOUNCE_MESSAGE });
	}
	return NULL;
}

static size_t recipients_most(const struct session *x)
{
	int64_t offered = smtp_client_offers(x->client)->rcpt_max;
	size_t most = TO_MOST;
	if (offered && offered < (int64_t)most) /* LIMITS RCPTMAX (RFC 9422) */
		most = (size_t)offered;
	return x->d->to_most && x->d->to_most < most ? x->d->to_most : most;
}

/* Who else waits for the same octets goes along (RFC 5321 section 3.3). */
static void take_others(struct session *x, struct under_way *u)
{
	if (!u->shared)
		return;
	pthread_mutex_lock(&x->s->lock);
	u->count += destination_take_like(x->s, x->d, u->items[0], u->items + 1,
					  recipients_most(x) - 1);
	pthread_mutex_unlock(&x->s->lock);
}

/* However much waits here, who wants a place gets one. */
static bool turn_is_over(struct session *x)
{
	if (clock_mono_ms() < x->until)
		return false;
	pthread_mutex_lock(&x->s->lock);
	bool over = places_are_short(x->s);
	pthread_mutex_unlock(&x->s->lock);
	return over;
}

/* A clock that stands while we read and seal a message, which may wait for a name server,
 * and while an outcome waits for the disk: by it no server is slow for what was our own
 * doing. */
static int64_t their_ms(const struct session *x)
{
	return clock_mono_ms() - x->paused;
}

static struct under_way *next_copy(struct session *x, struct smtp_copy *copy)
{
	struct letter *letter;
	struct item *i = take_with_letter(x, &letter);
	if (!i)
		return NULL;
	struct arena *a = x->spares ? x->spare[--x->spares] : arena_new();
	struct under_way *u = arena_zero(a, sizeof *u);
	u->a = a;
	u->shared = i->shared;
	u->items = arena_alloc(a, (u->shared ? TO_MOST : 1) * sizeof(struct item *));
	u->items[u->count++] = i;
	u->letter = letter;
	x->given++;
	take_others(x, u);
	describe(x, u, copy);
	return u;
}

static bool give(void *ctx, struct smtp_copy *copy)
{
	struct session *x = ctx;
	if (atomic_load(&x->s->stopping) || turn_is_over(x))
		return false;
	int64_t began = clock_mono_ms();
	struct under_way *u = next_copy(x, copy);
	x->paused += clock_mono_ms() - began;
	if (u)
		u->since = their_ms(x);
	return u;
}

/* RFC 5321 section 4.5.3.1.10: the first of them are taken, the rest is for another
 * transaction, now. */
static bool is_too_many(const struct smtp_outcome *o, size_t n)
{
	return n && o->stage == SMTP_AT_RCPT && !o->ours
	       && (o->code == 452 || o->code == 552)
	       && (str_eq(o->status, STR("4.5.3")) || str_eq(o->status, STR("5.5.3"))
		   || str_ifind(o->text, STR("too many recipients")).n);
}

static void put_back(struct session *x, struct item *i, size_t most)
{
	pthread_mutex_lock(&x->s->lock);
	if (!x->d->to_most || most < x->d->to_most)
		x->d->to_most = most;
	destination_put(x->s, x->d, i);
	pthread_mutex_unlock(&x->s->lock);
}

static void is_greylisted(struct session *x)
{
	pthread_mutex_lock(&x->s->lock);
	x->d->greylists = x->hop->addr;
	pthread_mutex_unlock(&x->s->lock);
}

/* What concerns one mailbox (x.1.z, x.2.z) says nothing about how much the server
 * takes. */
static void notice(struct session *x, const struct smtp_outcome *o, int64_t ms,
		   bool greylisted)
{
	struct heard *h = &x->heard;
	bool later = o->code / 100 != 2 && o->code / 100 != 5;
	bool one = str_starts(o->status, STR("4.1."))
		   || str_starts(o->status, STR("4.2."));
	if (o->ours && o->code)
		return; /* it was not asked */
	bool slow = ms > x->s->slow_ms;
	h->slow = h->slow || slow;
	h->bad = h->bad || (later && !one && !greylisted);
	h->good += !later && !slow;
	x->answered = x->answered || !later || one || greylisted;
}

static void hear(void *ctx, const struct smtp_copy *copy, size_t n,
		 const struct smtp_outcome *o)
{
	struct session *x = ctx;
	struct under_way *u = copy->tag;
	bool yes = o->code / 100 == 2;
	if (is_too_many(o, n)) {
		put_back(x, u->items[n], n);
		return;
	}
	/* No code: the connection was lost or the server is too slow. */
	int code = o->code ? o->code : 451;
	str status = o->status.n ? o->status : o->code ? STR("") : STR("4.4.2");
	const struct smtp_offers *offers = smtp_client_offers(x->client);
	bool relayed = yes && (u->to[n].notify & SMTP_NOTIFY_SUCCESS) && !offers->dsn;
	bool greylisted = !o->ours && !u->items[n]->attempts
			  && is_greylisting(o->code, o->status, o->text);
	str reply = arena_cat(u->a, arena_number(u->a, code), STR(" "), status,
			      status.n ? STR(" ") : STR(""), o->text);
	notice(x, o, their_ms(x) - u->since, greylisted);
	if (greylisted)
		is_greylisted(x);
	enum outcome_kind kind = yes                  ? OUTCOME_DELIVERED
				 : o->code / 100 == 5 ? OUTCOME_REFUSED
						      : OUTCOME_LATER;
	struct outcome_words words = {
		.status = status,
		.reply = reply,
		.by = x->by,
		.remote = o->code && !o->ours ? x->hop->name : STR(""),
		.relayed = relayed,
		.class = yes ? BOUNCE_OTHER : blame(o, x->hop->lmtp),
		.greylisted = greylisted
	};
	x->paused += outcome_tell(x->s, u->items[n], kind, &words);
}

static void done(void *ctx, const struct smtp_copy *copy)
{
	struct session *x = ctx;
	struct under_way *u = copy->tag;
	struct arena *a = u->a;
	letters_put(x->s->letters, u->letter);
	arena_reset(a);
	x->spare[x->spares++] = a;
}

/* Keeps the open connection for a moment: a list's next post comes by the same way. While
 * somebody else wants its place only where much went by it: a large fan-out comes from the
 * book bit by bit, and a connection anew for each bit costs more than the wait. */
static bool wait_for_more(struct session *x)
{
	struct sender *s = x->s;
	int64_t now = clock_mono_ms(), until = now + KEEP_MS;
	int64_t at_least = now + (x->given >= MANY ? s->brief_ms : 0);
	pthread_mutex_lock(&s->lock);
	place_heard(x);
	while (!place_is_over(x) && !x->d->waiting && !atomic_load(&s->stopping)
	       && now < until && (now < at_least || !places_are_short(s))) {
		thread_wait_until(&x->d->some, &s->lock,
				  now + LOOK_ROUND_MS < until ? now + LOOK_ROUND_MS
							      : until);
		now = clock_mono_ms();
	}
	bool more = !x->ending && x->d->waiting > 0;
	pthread_mutex_unlock(&s->lock);
	return more && !atomic_load(&s->stopping) && smtp_client_alive(x->client);
}

static void talk(struct session *x)
{
	struct smtp_feed feed = { .ctx = x, .next = give, .outcome = hear, .done = done };
	err e;
	x->until = clock_mono_ms() + TURN_MS;
	do {
		e = smtp_client_send(x->client, &feed);
		if (e.kind && e.kind != ERR_LIMIT)
			log_info("session-broken", KS("destination", x->d->name),
				 KS("hop", x->hop->name), KE(e));
	} while (!e.kind && !turn_is_over(x) && wait_for_more(x));
	/* It let us in and took nothing: without a pause the next does the same. */
	x->failed = e.kind && e.kind != ERR_LIMIT && !x->answered;
	smtp_client_quit(x->client);
}

static void go(struct session *x)
{
	struct route r;
	route_find(x->s->conf, x->s->resolver, x->a, x->d->name,
		   clock_mono_ms() + LOOKUP_MS, &r);
	if (!r.count) {
		x->failed = true;
		session_fail(x, r.code, r.status, r.why);
	} else if (session_open(x, &r)) {
		talk(x);
	}
}

/* Sessions are a hundred, and who feeds them and keeps what became of it (post, dispatcher,
 * committer) is one thread each: where the processor is short these come first, or all
 * sessions run dry together and wait for them. */
static void *run(void *arg)
{
	struct session *x = arg;
	struct sender *s = x->s;
	ARENA(a);
	thread_give_way();
	x->a = a;
	go(x);
	pthread_mutex_lock(&s->lock);
	place_ends(x);
	pthread_mutex_unlock(&s->lock);
	while (x->spares)
		arena_free(x->spare[--x->spares]);
	free(x);
	return NULL;
}

bool session_start(struct sender *s, struct destination *d)
{
	struct session *x = mem_zero(sizeof *x);
	x->s = s;
	x->d = d;
	err e = thread_start(run, x);
	if (e.kind) {
		log_error("session-not-started", KE(e),
			  KZ("do", "lower [send] max_connections or raise TasksMax"));
		free(x);
		return false;
	}
	place_begins(x);
	return true;
}
