/* postern queue …, trace: mail under way, and what became of mail. */
#include "base/clock.h"
#include "cli/cli.h"
#include "mail/date.h"
#include "store/outbound/arrival.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"
#include "store/outbound/queue.h"

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
		c, "destination deliveries# held# tried# oldest next last_reply");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ d[i].name, number(c, d[i].deliveries),
				      number(c, d[i].held), number(c, d[i].tried),
				      date_minute(c->a, d[i].oldest / 1000),
				      d[i].next_at ? date_minute(c->a, d[i].next_at)
						   : STR("now"),
				      d[i].last_reply });
	table_print(t);
	return CLI_OK;
}

static err parse_id(struct cli *c, const char *text, int64_t *id)
{
	return str_i64(str_from(text), id) && *id > 0
		       ? OK
		       : err_in(c->a, ERR_SYNTAX, "\"%s\" is not a message's number",
				text);
}

int cli_queue_show(struct cli *c)
{
	struct books *books;
	struct queue_filter f = { 0 };
	struct queue_row *q;
	size_t n;
	CLI_TRY(c, parse_id(c, c->args[0], &f.message));
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, queue_list(books->outbound, c->a, &f, 0, SHOWN_MAX, &q, &n));
	struct table *t = table_new(c,
				    "delivery# recipient attempts# next held last_reply");
	for (size_t i = 0; i < n; i++)
		table_row(t,
			  (str[]){ number(c, q[i].delivery.id), q[i].delivery.recipient,
				   number(c, q[i].delivery.attempts),
				   q[i].delivery.next_at
					   ? date_minute(c->a, q[i].delivery.next_at)
					   : STR("now"),
				   q[i].delivery.held || q[i].frozen ? STR("yes")
								     : STR("no"),
				   q[i].delivery.last_reply });
	table_print(t);
	return CLI_OK;
}

static int changed(int64_t n)
{
	printf("%lld deliveries\n", (long long)n);
	return CLI_OK;
}

int cli_queue_retry(struct cli *c)
{
	struct books *books;
	struct queue_filter f = { .destination = str_from(c->arg_count ? c->args[0]
								       : NULL) };
	int64_t n;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, queue_retry(books->outbound, &f, &n));
	return changed(n);
}

int cli_queue_hold(struct cli *c)
{
	struct books *books;
	struct queue_filter f = { .destination = str_from(c->args[0]) };
	int64_t n;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, queue_hold(books->outbound, &f, &n));
	return changed(n);
}

/* A number is a frozen message, anything else a destination. */
int cli_queue_release(struct cli *c)
{
	struct books *books;
	struct queue_filter f = { 0 };
	int64_t n;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	if (c->arg_count && str_i64(str_from(c->args[0]), &f.message))
		CLI_TRY(c, outbound_freeze(books->outbound, f.message, false));
	else if (c->arg_count)
		f.destination = str_from(c->args[0]);
	CLI_TRY(c, queue_release(books->outbound, &f, &n));
	return changed(n);
}

int cli_queue_rm(struct cli *c)
{
	struct books *books;
	struct queue_filter f = { 0 };
	int64_t n;
	CLI_TRY(c, parse_id(c, c->args[0], &f.message));
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, queue_remove(books->outbound, &f, clock_now_ms(),
				STR("removed by command"), &n));
	CLI_TRY(c, outbound_freeze(books->outbound, f.message, false));
	return changed(n);
}

static err find_entries(struct cli *c, struct books *books, str what,
			struct ledger_entry **e, size_t *n)
{
	int64_t id;
	if (str_i64(what, &id))
		return ledger_by_inbound(books->outbound, c->a, id, 0, SHOWN_MAX, e, n);
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
	struct table *t = table_new(c, "at inbound# message# recipient what detail");
	for (size_t i = 0; i < n; i++) {
		char at[CLOCK_TEXT];
		clock_iso(e[i].at, at);
		table_row(t, (str[]){ arena_copy(c->a, str_from(at)),
				      number(c, e[i].inbound), number(c, e[i].message),
				      e[i].recipient, e[i].what, e[i].detail });
	}
	table_print(t);
	return CLI_OK;
}
