/* postern held …, request …, ban …: what waits for a person, and who stays out. */
#include "base/clock.h"
#include "base/said.h"
#include "cli/cli.h"
#include "lists/decide.h"
#include "lists/members.h"
#include "lists/owner.h"
#include "mail/date.h"
#include "store/lists/ban.h"
#include "store/lists/held.h"
#include "store/lists/list.h"
#include "store/lists/request.h"

#include <stdio.h>

enum { SHOWN_MAX = 1000 /* at one time; of what is handled the newest alone */ };

/* The list that an optional argument names; 0 for all. */
static err open_maybe(struct cli *c, enum books_mode mode, struct books **books,
		      const char *name, int64_t *id)
{
	const struct list_entry *list;
	TRY(cli_books(c, mode, books));
	*id = 0;
	if (!name)
		return OK;
	TRY(cli_list(c, name, &list));
	*id = list->id;
	return OK;
}

static str list_name(struct cli *c, struct books *books, int64_t id)
{
	const struct list_entry *l = addressbook_list_by_id(books->addresses, id);
	return l ? l->address : arena_printf(c->a, "%lld", (long long)id);
}

static str number(struct cli *c, int64_t n)
{
	return arena_printf(c->a, "%lld", (long long)n);
}

/* "looked at by max@…", "set aside by max@…: waits for figures". */
static str state_of(struct cli *c, const struct held_row *h)
{
	str claimed = held_claimant(h, clock_now());
	if (claimed.n)
		return arena_cat(c->a, STR("looked at by "), claimed);
	if (!h->aside_at)
		return STR("");
	return arena_cat(c->a, STR("set aside by "), h->aside_by,
			 h->note.n ? STR(": ") : STR(""), h->note);
}

/* Programs get it as it is. */
static str subject_of(const struct cli *c, const struct held_row *h)
{
	return h->subject.n || c->json ? h->subject : STR("(no subject)");
}

static void add_waiting(struct cli *c, struct books *books, const struct held_row *h,
			struct table *t)
{
	table_row(t,
		  (str[]){ number(c, h->id), list_name(c, books, h->list),
			   cli_time(c, h->held_at), h->author, subject_of(c, h),
			   said_together(c->a, LANGUAGE_en, h->reason), state_of(c, h) });
}

int cli_held_ls(struct cli *c)
{
	struct books *books;
	struct held_row *h;
	int64_t list, last = 0;
	size_t n;
	CLI_TRY(c, open_maybe(c, BOOKS_READ, &books, c->arg_count ? c->args[0] : NULL,
			      &list));
	struct table *t = table_new(c, "id# list held author subject reason state");
	do {
		CLI_TRY(c,
			held_waiting(books->lists, c->a, list, last, SHOWN_MAX, &h, &n));
		for (size_t i = 0; i < n; i++)
			add_waiting(c, books, &h[i], t);
		last = n ? h[n - 1].id : 0;
	} while (n == SHOWN_MAX);
	table_print(t);
	return CLI_OK;
}

static err add_handled(struct cli *c, struct books *books, int64_t list, struct table *t)
{
	struct held_row *h;
	size_t n;
	TRY(held_handled(books->lists, c->a, list, INT64_MAX, 0, SHOWN_MAX, &h, &n));
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ number(c, h[i].id), list_name(c, books, list),
				      cli_time(c, h[i].handled_at), h[i].verdict,
				      h[i].handled_by, h[i].handled_via, h[i].author,
				      subject_of(c, &h[i]), h[i].note });
	return OK;
}

/* A table of what add finds on the list that the first argument names, or on each. */
static int show_lists(struct cli *c, const char *columns,
		      err (*add)(struct cli *c, struct books *books, int64_t list,
				 struct table *t))
{
	struct books *books;
	const struct list_entry **all;
	int64_t list;
	size_t n;
	CLI_TRY(c, open_maybe(c, BOOKS_READ, &books, c->arg_count ? c->args[0] : NULL,
			      &list));
	struct table *t = table_new(c, columns);
	addressbook_lists(books->addresses, c->a, &all, &n);
	for (size_t i = 0; i < n; i++)
		if (!list || all[i]->id == list)
			CLI_TRY(c, add(c, books, all[i]->id, t));
	table_print(t);
	return CLI_OK;
}

int cli_held_handled(struct cli *c)
{
	return show_lists(c, "id# list handled verdict by via author subject note",
			  add_handled);
}

static err parse_id(struct cli *c, const char *text, int64_t *id)
{
	return str_i64(str_from(text), id) && *id > 0
		       ? OK
		       : err_in(c->a, ERR_SYNTAX, "\"%s\" is not a number", text);
}

int cli_held_show(struct cli *c)
{
	struct books *books;
	struct held_row h;
	int64_t id;
	str body;
	CLI_TRY(c, parse_id(c, c->args[0], &id));
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, held_get(books->lists, c->a, id, &h));
	printf("List:    %.*s\nHeld:    %.*s\nRule:    %.*s\nReason:  %.*s\n",
	       STR_F(list_name(c, books, h.list)), STR_F(cli_time(c, h.held_at)),
	       STR_F(h.rule),
	       STR_F(cli_shown(c->a, said_together(c->a, LANGUAGE_en, h.reason))));
	if (h.verdict.n) {
		printf("Verdict: %.*s by %.*s\n", STR_F(h.verdict),
		       STR_F(cli_shown(c->a, h.handled_by)));
		return CLI_OK;
	}
	CLI_TRY(c, held_body(books->lists, c->a, id, &body));
	puts("");
	str line;
	while (str_line(&body, &line)) /* line by line: a terminal must not be steered */
		printf("%.*s\n", STR_F(cli_shown(c->a, line)));
	return CLI_OK;
}

/* Each number by itself: one that fails does not stop the others. */
static int each_id(struct cli *c, const char *word,
		   err (*act)(struct books *books, struct arena *a, int64_t id,
			      const char *word, str text))
{
	struct books *books;
	int code = CLI_OK;
	const char *reason = cli_option(c, "reason"), *note = cli_option(c, "note"),
		   *to = cli_option(c, "to");
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	for (size_t i = 0; i < c->arg_count; i++) {
		int64_t id;
		err e = parse_id(c, c->args[i], &id);
		if (!e.kind)
			e = act(books, c->a, id, word,
				str_from(reason ? reason
					 : note ? note
						: to));
		if (e.kind)
			code = cli_fail(c, e);
	}
	return code;
}

static err decide(struct books *books, struct arena *a, int64_t id, const char *word,
		  str text)
{
	return held_decide(books, a, id, str_from(word), text, &cli_actor);
}

#define DECIDE(word, function, ends, said, text)  \
	int cli_held_##word(struct cli *c)        \
	{                                         \
		return each_id(c, #word, decide); \
	}
#include "lists/decide.def"

static err decide_request(struct books *books, struct arena *a, int64_t id,
			  const char *word, str text)
{
	return request_decide(books, a, id, str_from(word), text, &cli_actor);
}

#define REQUEST(word)                                     \
	int cli_request_##word(struct cli *c)             \
	{                                                 \
		return each_id(c, #word, decide_request); \
	}
REQUEST(accept)
REQUEST(reject)
REQUEST(discard)
REQUEST(ban)
REQUEST(defer)

static err add_requests(struct cli *c, struct books *books, int64_t list, struct table *t)
{
	struct request_row *r;
	size_t n;
	TRY(request_list(books->lists, c->a, list, &r, &n));
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ number(c, r[i].id), list_name(c, books, r[i].list),
				      cli_time(c, r[i].asked_at), r[i].address, r[i].name,
				      r[i].leaves ? STR("leave") : STR("join") });
	return OK;
}

int cli_request_ls(struct cli *c)
{
	return show_lists(c, "id# list asked address name wants", add_requests);
}

static err add_answers(struct cli *c, struct books *books, int64_t list, struct table *t)
{
	struct request_handled *x;
	size_t n;
	TRY(request_handled(books->lists, c->a, list, SHOWN_MAX, &x, &n));
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ number(c, x[i].was.id),
				      list_name(c, books, x[i].was.list),
				      cli_time(c, x[i].end.at),
				      x[i].was.leaves ? STR("leave") : STR("join"),
				      x[i].end.verdict, x[i].end.by, x[i].end.via,
				      x[i].was.address, x[i].end.note });
	return OK;
}

int cli_request_handled(struct cli *c)
{
	return show_lists(c, "id# list handled wants verdict by via address note",
			  add_answers);
}

int cli_ban_add(struct cli *c)
{
	struct books *books;
	int64_t list;
	const char *reason = cli_option(c, "reason");
	CLI_TRY(c, open_maybe(c, BOOKS_WRITE, &books, cli_option(c, "list"), &list));
	CLI_TRY(c, ban_put(books, c->a, list, str_from(c->args[0]), str_from(reason),
			   &cli_actor));
	return CLI_OK;
}

int cli_ban_ls(struct cli *c)
{
	struct books *books;
	struct ban_row *b;
	int64_t list;
	size_t n;
	CLI_TRY(c, open_maybe(c, BOOKS_READ, &books, c->arg_count ? c->args[0] : NULL,
			      &list));
	CLI_TRY(c, list ? ban_for(books->lists, c->a, list, &b, &n)
			: ban_list(books->lists, c->a, 0, &b, &n));
	struct table *t = table_new(c, "pattern list reason since");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ b[i].pattern,
				      b[i].list ? list_name(c, books, b[i].list)
						: STR("all"),
				      b[i].reason, date_day(c->a, b[i].created_at) });
	table_print(t);
	return CLI_OK;
}

int cli_ban_rm(struct cli *c)
{
	struct books *books;
	int64_t list;
	CLI_TRY(c, open_maybe(c, BOOKS_WRITE, &books, cli_option(c, "list"), &list));
	CLI_TRY(c, ban_lift(books, c->a, list, str_from(c->args[0]), &cli_actor));
	return CLI_OK;
}
