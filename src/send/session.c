/* One connection to a destination: a thread that reads top-down. */
#include "send/session_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "lists/fanout.h"
#include "send/blame.h"
#include "smtp/session.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOOKUP_MS = 20000, KEEP_MS = 1000, EACH_SESSION = 20 };

struct under_way { /* a copy that the client holds */
	struct arena *a;
	struct item *item;
	struct letter *letter;
	struct copy_parts parts;
	struct smtp_to to;
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
	return arena_cat(a, type, STR(";"), smtp_xtext(a, address));
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
	copy_make(u->a, l, &x->s->mac, u->item->member, &u->parts);
	copy_sign(u->a, l, &u->parts);
	u->to = (struct smtp_to){ .address = u->item->recipient,
				  .notify = notify_bits(u->item->notify),
				  .orcpt = orcpt_xtext(u->a, u->item->orcpt) };
	*copy = (struct smtp_copy){ .reverse_path = u->parts.reverse_path,
				    .to = &u->to,
				    .to_count = 1,
				    .parts = u->parts.parts,
				    .part_count = u->parts.count,
				    .eight_bit = m->eightbit,
				    .utf8 = m->smtputf8
					    || message_has_8bit(u->item->recipient)
					    || message_has_8bit(u->parts.reverse_path),
				    .headers_only = str_eq(m->ret, STR("HDRS")),
				    .ret_given = m->ret.n > 0,
				    .envid = m->envid.n ? smtp_xtext(u->a, m->envid)
							: STR(""),
				    .tag = u };
	copy->require_tls = x->d->want == TLS_WANT_REQUIRED
			    && smtp_client_offers(x->client)->require_tls;
}

struct item *session_take(struct session *x)
{
	pthread_mutex_lock(&x->s->lock);
	struct item *i = destination_take(x->s, x->d);
	pthread_mutex_unlock(&x->s->lock);
	return i;
}

/* One whose message cannot be read holds up no other. */
static struct item *take_with_letter(struct session *x, struct letter **letter)
{
	struct item *i;
	while ((i = session_take(x))) {
		err e = letters_get(x->s->letters, i->message, letter);
		if (!e.kind)
			return i;
		log_error("letter-not-read", KN("delivery", i->id),
			  KN("message", i->message), KE(e),
			  KZ("do", "mend what the error names; it is tried again"));
		outcome_tell(x->s, i, OUTCOME_LATER,
			     &(struct outcome_words){
				     "4.3.0", STR("451 4.3.0 the message cannot be read"),
				     STR(""), false, BOUNCE_MESSAGE });
	}
	return NULL;
}

static bool give(void *ctx, struct smtp_copy *copy)
{
	struct session *x = ctx;
	struct letter *letter;
	if (atomic_load(&x->s->stopping))
		return false;
	struct item *i = take_with_letter(x, &letter);
	if (!i)
		return false;
	struct arena *a = arena_new();
	struct under_way *u = arena_zero(a, sizeof *u);
	u->a = a;
	u->item = i;
	u->letter = letter;
	describe(x, u, copy);
	return true;
}

static void hear(void *ctx, const struct smtp_copy *copy, size_t n,
		 const struct smtp_outcome *o)
{
	struct session *x = ctx;
	struct under_way *u = copy->tag;
	char status[12];
	bool yes = o->code / 100 == 2;
	(void)n;
	/* No code: the connection was lost or the server is too slow. */
	int code = o->code ? o->code : 451;
	str said = o->status.n ? o->status : o->code ? STR("") : STR("4.4.2");
	snprintf(status, sizeof status, "%.*s", STR_F(said));
	const struct smtp_offers *offers = smtp_client_offers(x->client);
	bool relayed = yes && (u->to.notify & SMTP_NOTIFY_SUCCESS) && !offers->dsn;
	str text = arena_printf(u->a, "%d %s%s%.*s (%.*s)", code, status,
				*status ? " " : "", STR_F(o->text), STR_F(x->by));
	outcome_tell(x->s, u->item,
		     yes                  ? OUTCOME_DELIVERED
		     : o->code / 100 == 5 ? OUTCOME_REFUSED
					  : OUTCOME_LATER,
		     &(struct outcome_words){
			     status, text, o->code && !o->ours ? x->hop->name : STR(""),
			     relayed, yes ? BOUNCE_OTHER : blame(o, x->hop->lmtp) });
}

static void done(void *ctx, const struct smtp_copy *copy)
{
	struct session *x = ctx;
	struct under_way *u = copy->tag;
	letters_put(x->s->letters, u->letter);
	arena_free(u->a);
}

/* Keeps the open connection for a moment: a list's next post comes by the same way. */
static bool wait_for_more(struct session *x)
{
	int64_t until = clock_mono_ms() + KEEP_MS;
	pthread_mutex_lock(&x->s->lock);
	while (!x->d->first && !atomic_load(&x->s->stopping))
		if (!thread_wait_until(&x->d->some, &x->s->lock, until))
			break;
	bool more = x->d->first != NULL;
	pthread_mutex_unlock(&x->s->lock);
	return more && !atomic_load(&x->s->stopping) && smtp_client_alive(x->client);
}

static void talk(struct session *x)
{
	struct smtp_feed feed = { .ctx = x, .next = give, .outcome = hear, .done = done };
	err e;
	do {
		e = smtp_client_send(x->client, &feed);
		if (e.kind && e.kind != ERR_LIMIT)
			log_info("session-broken", KS("destination", x->d->name),
				 KS("hop", x->hop->name), KE(e));
	} while (!e.kind && wait_for_more(x));
	smtp_client_quit(x->client);
}

static void go(struct session *x)
{
	struct route r;
	route_find(x->s->conf, x->s->resolver, x->a, x->d->name,
		   clock_mono_ms() + LOOKUP_MS, &r);
	if (!r.count)
		session_fail(x, r.code, r.status, r.why);
	else if (session_open(x, &r))
		talk(x);
}

static void *run(void *arg)
{
	struct session *x = arg;
	struct sender *s = x->s;
	ARENA(a);
	x->a = a;
	go(x);
	pthread_mutex_lock(&s->lock);
	x->d->turned_away -= x->turned_away;
	if (!--x->d->sessions)
		x->d->most = 0;
	s->sessions--;
	if (x->d->first)
		destination_wants(s, x->d);
	s->woken = true; /* a place is free, and what is left here wants one */
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
	free(x);
	return NULL;
}

static bool start(struct sender *s, struct destination *d)
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
	d->sessions++;
	s->sessions++;
	return true;
}

/* One more connection for each EACH_SESSION copies that wait, up to the limits. */
static bool wants_more(const struct sender *s, const struct destination *d)
{
	size_t most = d->most ? d->most : (size_t)s->conf->send_per_destination;
	return d->first && d->sessions < most && d->sessions * EACH_SESSION < d->waiting;
}

void sessions_open(struct sender *s)
{
	struct destination *again = NULL, **tail = &again;
	while (s->wanting && s->sessions < (size_t)s->conf->send_max_connections) {
		struct destination *d = s->wanting;
		s->wanting = d->next_wanting;
		if (!s->wanting)
			s->wanting_last = &s->wanting;
		d->queued = false;
		if (!wants_more(s, d) || (start(s, d) && !wants_more(s, d)))
			continue;
		/* In turn: everybody gets a first connection before one a second. Where
		 * there was no thread to be had it is tried again. */
		d->queued = true;
		d->next_wanting = NULL;
		*tail = d;
		tail = &d->next_wanting;
	}
	if (again) {
		*s->wanting_last = again;
		s->wanting_last = tail;
	}
}
