/* postern queue …, trace: mail under way, and what became of mail. */
#include "base/clock.h"
#include "cli/cli.h"
#include "lists/steer.h"
#include "mail/date.h"
#include "store/outbound/arrival.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

#include <stdio.h>

enum { SHOWN_MAX = 1000 };

static str number(struct cli *c, int64_t n)
{
	return arena_printf(c->a, "%lld", (long long)n);
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
				      date_minute(c->a, d[i].oldest / 1000),
				      steer_text(c->a,
						 &(struct queue_filter){
							 .message = d[i].first }),
				      d[i].next_at ? date_minute(c->a, d[i].next_at)
						   : STR("now"),
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

int cli_queue_show(struct cli *c)
{
	struct books *books;
	struct queue_filter f;
	struct queue_row *q;
	size_t n;
	CLI_TRY(c, read_what(c, &f));
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, queue_list(books->outbound, c->a, &f, 0, SHOWN_MAX, &q, &n));
	struct table *t = table_new(
		c, "id delivery# recipient state attempts# since next last_reply");
	for (size_t i = 0; i < n; i++) {
		const struct delivery *d = &q[i].delivery;
		struct queue_filter one = { .id = d->id, .message = d->message };
		table_row(
			t,
			(str[]){ steer_text(c->a, &one), number(c, d->id), d->recipient,
				 state_of(&q[i]), number(c, d->attempts),
				 date_minute(c->a, q[i].created_at / 1000),
				 d->next_at ? date_minute(c->a, d->next_at) : STR("now"),
				 d->last_reply });
	}
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
	CLI_TRY(c, steer(books, c->a, &s, &cli_actor, &n));
	printf("%lld deliveries\n", (long long)n);
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

/* With what was said when it came, where it came from outside. */
static err of_message(struct cli *c, struct books *books, const struct queue_filter *f,
		      struct ledger_entry **e, size_t *n)
{
	struct outbound_message m;
	err got = outbound_get(books->outbound, c->a, f->message, &m);
	if (got.kind && got.kind != ERR_NOTFOUND)
		return got;
	return !got.kind && m.inbound ? ledger_by_inbound(books->outbound, c->a,
							  m.inbound, 0, SHOWN_MAX, e, n)
				      : ledger_by_message(books->outbound, c->a,
							  f->message, 0, SHOWN_MAX, e, n);
}

/* A Message-ID has an @ like an address, and may be nobody's: so both are asked. */
static err find_entries(struct cli *c, struct books *books, str what,
			struct ledger_entry **e, size_t *n)
{
	int64_t id;
	struct queue_filter f;
	if (str_i64(what, &id))
		return ledger_by_inbound(books->outbound, c->a, id, 0, SHOWN_MAX, e, n);
	if (!steer_read(c->a, what, &f).kind && f.message)
		return of_message(c, books, &f, e, n);
	if (what.n > 1 && what.p[0] == '<' && what.p[what.n - 1] == '>')
		what = (str){ what.p + 1, what.n - 2 };
	TRY(ledger_by_message_id(books->outbound, c->a, what, 0, SHOWN_MAX, e, n));
	return *n ? OK
		  : ledger_by_recipient(books->outbound, c->a, what, 0, SHOWN_MAX, e, n);
}

int cli_trace(struct cli *c)
{
	struct books *books;
	struct ledger_entry *e;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, find_entries(c, books, str_from(c->args[0]), &e, &n));
	struct table *t = table_new(c, "at inbound# id recipient what detail");
	for (size_t i = 0; i < n; i++) {
		char at[CLOCK_TEXT];
		clock_iso(e[i].at, at);
		table_row(t, (str[]){ arena_copy(c->a, str_from(at)),
				      number(c, e[i].inbound),
				      steer_text(c->a,
						 &(struct queue_filter){
							 .message = e[i].message }),
				      e[i].recipient, e[i].what, e[i].detail });
	}
	table_print(t);
	return CLI_OK;
}
