/* postern queue …, trace: mail under way, and what became of mail. */
#include "base/clock.h"
#include "cli/cli.h"
#include "lists/steer.h"
#include "store/outbound/arrival.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

#include <stdio.h>

enum { STEP = 1000 };

static str number(struct cli *c, int64_t n)
{
	return arena_printf(c->a, "%lld", (long long)n);
}

/* What was asked for at once (1), or is new (0), is due. */
static str next_text(struct cli *c, int64_t next_at, bool held)
{
	return held                     ? STR("held")
	       : next_at <= clock_now() ? STR("now")
					: cli_time(c, next_at);
}

int cli_queue_ls(struct cli *c)
{
	struct books *books;
	struct queue_destination *d;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, queue_destinations(books->outbound, c->a, &d, &n));
	struct table *t = table_new(
		c, "destination deliveries# held# tried# oldest id next last_reply");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ d[i].name, number(c, d[i].deliveries),
				      number(c, d[i].held), number(c, d[i].tried),
				      cli_time(c, d[i].oldest / 1000),
				      steer_text(c->a,
						 &(struct queue_filter){
							 .message = d[i].first }),
				      next_text(c, d[i].next_at,
						d[i].held == d[i].deliveries),
				      d[i].last_reply });
	table_print(t);
	return CLI_OK;
}

/* What the words of a command name: a destination, or q17; nothing is all. */
static err read_what(struct cli *c, struct queue_filter *what)
{
	return steer_read(c->a, str_from(c->arg_count ? c->args[0] : NULL), what);
}

static str state_of(const struct queue_row *q)
{
	return q->frozen || q->delivery.held & HELD_FROZEN ? STR("frozen")
	       : q->delivery.held                          ? STR("held")
	       : q->delivery.attempts                      ? STR("tried")
							   : STR("new");
}

static void show_delivery(struct cli *c, struct table *t, const struct queue_row *q)
{
	const struct delivery *d = &q->delivery;
	struct queue_filter one = { .id = d->id, .message = d->message };
	table_row(t, (str[]){ steer_text(c->a, &one), number(c, d->id), d->recipient,
			      state_of(q), number(c, d->attempts),
			      cli_time(c, q->created_at / 1000),
			      next_text(c, d->next_at, q->frozen || d->held),
			      d->last_reply });
}

/* That something waits there. A message may be held before its copies are made. */
static err find_waiting(struct cli *c, struct books *books, const struct queue_filter *f)
{
	struct outbound_message m;
	struct queue_row *q;
	size_t n;
	str name = steer_text(c->a, f);
	if (!name.n)
		return OK;
	if (f->message && !f->id) {
		err e = outbound_get(books->outbound, c->a, f->message, &m);
		return e.kind == ERR_NOTFOUND
			       ? err_in(c->a, ERR_NOTFOUND,
					"there is no message %.*s, or it is forgotten: "
					"what became of a message is known for 180 days",
					STR_F(name))
			       : e;
	}
	TRY(queue_list(books->outbound, c->a, f, 0, 1, &q, &n));
	return n ? OK
		 : err_in(c->a, ERR_NOTFOUND,
			  "nothing waits for %.*s; postern queue ls shows what does, "
			  "postern trace what became of mail",
			  STR_F(name));
}

/* Of what is named each; of all that waits, which may be much, the first. */
int cli_queue_show(struct cli *c)
{
	struct books *books;
	struct queue_filter f;
	struct queue_row *q;
	int64_t after = 0;
	size_t n;
	CLI_TRY(c, read_what(c, &f));
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	if (!c->json)
		CLI_TRY(c, find_waiting(c, books, &f));
	struct table *t = table_new(
		c, "id delivery# recipient state attempts# since next last_reply");
	do {
		CLI_TRY(c, queue_list(books->outbound, c->a, &f, after, STEP, &q, &n));
		for (size_t i = 0; i < n; i++)
			show_delivery(c, t, &q[i]);
		after = n ? q[n - 1].delivery.id : after;
	} while (n == STEP && c->arg_count);
	table_print(t);
	return CLI_OK;
}

static int act(struct cli *c, const char *word, const char *reason)
{
	struct books *books;
	struct steering s = { .act = str_from(word), .reason = str_from(reason) };
	int64_t n;
	CLI_TRY(c, read_what(c, &s.what));
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, find_waiting(c, books, &s.what));
	CLI_TRY(c, steer(books, c->a, &s, &cli_actor, &n));
	printf("%lld %s\n", (long long)n, n == 1 ? "delivery" : "deliveries");
	return CLI_OK;
}

int cli_queue_retry(struct cli *c)
{
	return act(c, "retry", NULL);
}

int cli_queue_hold(struct cli *c)
{
	return act(c, "hold", NULL);
}

int cli_queue_release(struct cli *c)
{
	return act(c, "release", NULL);
}

int cli_queue_rm(struct cli *c)
{
	return act(c, "remove", cli_option(c, "reason"));
}

struct sought { /* whose fate: the first of them that is set */
	int64_t inbound, message;
	str message_id, recipient;
};

static err next_entries(struct cli *c, struct books *books, const struct sought *x,
			int64_t after, struct ledger_entry **e, size_t *n)
{
	struct book *b = books->outbound;
	if (x->inbound)
		return ledger_by_inbound(b, c->a, x->inbound, after, STEP, e, n);
	if (x->message)
		return ledger_by_message(b, c->a, x->message, after, STEP, e, n);
	if (x->message_id.n)
		return ledger_by_message_id(b, c->a, x->message_id, after, STEP, e, n);
	return ledger_by_recipient(b, c->a, x->recipient, after, STEP, e, n);
}

/* With what was said when it came, where it came from outside. */
static err of_message(struct cli *c, struct books *books, int64_t id, struct sought *x)
{
	struct outbound_message m = { 0 };
	err got = outbound_get(books->outbound, c->a, id, &m);
	if (got.kind && got.kind != ERR_NOTFOUND)
		return got;
	*x = (struct sought){ .inbound = m.inbound, .message = id };
	return OK;
}

/* A Message-ID has an @ like an address, and may be nobody's: so both are asked. */
static err seek(struct cli *c, struct books *books, str what, struct sought *x)
{
	struct ledger_entry *e;
	struct queue_filter f;
	size_t n;
	*x = (struct sought){ 0 };
	if (str_i64(what, &x->inbound) && x->inbound > 0)
		return OK;
	if (!steer_read(c->a, what, &f).kind && f.message)
		return of_message(c, books, f.message, x);
	if (what.n > 1 && what.p[0] == '<' && what.p[what.n - 1] == '>')
		what = (str){ what.p + 1, what.n - 2 };
	TRY(ledger_by_message_id(books->outbound, c->a, what, 0, 1, &e, &n));
	*x = (struct sought){ .message_id = n ? what : STR(""), .recipient = what };
	return OK;
}

/* Programs read UTC, people the clock of the site's zone. */
static str entry_time(struct cli *c, int64_t ms)
{
	char at[CLOCK_TEXT];
	const struct zone *z = zone_site();
	const struct zone_kind *kind = zone_at(z, ms / 1000);
	bool plain = c->json || zone_is_utc(z);
	clock_iso(plain ? ms : ms + kind->offset * 1000LL, at);
	str text = arena_copy(c->a, str_from(at));
	return plain ? text
		     : arena_cat(c->a, str_first(text, text.n - 1), STR(" "), kind->name);
}

static void show_entry(struct cli *c, struct table *t, const struct ledger_entry *e)
{
	table_row(t, (str[]){ entry_time(c, e->at), number(c, e->inbound),
			      steer_text(c->a,
					 &(struct queue_filter){ .message = e->message }),
			      e->recipient, e->what, e->detail });
}

/* All of it: a list's post has an entry a member at least. */
int cli_trace(struct cli *c)
{
	struct books *books;
	struct sought x;
	struct ledger_entry *e;
	int64_t after = 0;
	bool any = false;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, seek(c, books, str_from(c->args[0]), &x));
	struct table *t = table_new(c, "at inbound# id recipient what detail");
	do {
		CLI_TRY(c, next_entries(c, books, &x, after, &e, &n));
		for (size_t i = 0; i < n; i++)
			show_entry(c, t, &e[i]);
		after = n ? e[n - 1].id : after;
		any = any || n;
	} while (n == STEP);
	if (!any && !c->json)
		return cli_fail(
			c,
			err_in(c->a, ERR_NOTFOUND,
			       "nothing is known of \"%s\", neither as a message nor as "
			       "a recipient; what became of a message is known for 180 "
			       "days",
			       c->args[0]));
	table_print(t);
	return CLI_OK;
}
