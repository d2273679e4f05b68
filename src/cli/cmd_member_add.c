/* postern member add, invite, …: who comes to a list, one by one. */
#include "cli/cmd_member_inside.h"

#include "lists/invite.h"
#include "lists/members.h"
#include "lists/term.h"
#include "mail/date.h"
#include "store/lists/planned.h"

#include <stdio.h>

struct adding {
	struct cli *c;
	struct books *books;
	const struct list_entry *list;
	bool welcome, invite;
	struct term term;
	struct invitation invitation;
	size_t added, wrong;
};

static err add_one(struct adding *x, struct arena *a, const struct mailbox *m)
{
	return x->invite ? member_invite(x->books, a, x->list, m, &x->invitation,
					 &cli_actor)
			 : member_admit_for(x->books, a, x->list, m, &x->term, x->welcome,
					    &cli_actor);
}

static err add_line(struct adding *x, struct arena *a, str line)
{
	struct mailbox *m;
	size_t n;
	TRY(address_list(a, line, &m, &n));
	if (n != 1 || !m[0].address.domain.n)
		return err_in(a, ERR_SYNTAX, "\"%.*s\" is not one address",
			      STR_F(cli_shown(a, line)));
	return add_one(x, a, &m[0]);
}

/* What is wrong is told and skipped; what is right is done. */
static err added(struct adding *x, err e)
{
	if (err_is_passing(e))
		return err_in(x->c->a, e.kind, "%s", e.msg);
	x->added += !e.kind;
	x->wrong += e.kind != ERR_NONE;
	if (e.kind)
		fprintf(stderr, "postern: %s\n", e.msg);
	return OK;
}

bool cli_is_to_read(str *line)
{
	*line = str_trim(*line);
	return line->n && line->p[0] != '#';
}

static err add_lines(struct adding *x, str text)
{
	str line;
	while (str_line(&text, &line)) {
		ARENA(a);
		if (cli_is_to_read(&line))
			TRY(added(x, add_line(x, a, line)));
	}
	return OK;
}

/* Notices open transactions of their own, so only silent adding shares one. */
static err add_batched(struct adding *x, str text)
{
	if (x->welcome || x->invite)
		return add_lines(x, text);
	TRY(book_begin(x->books->lists));
	return book_end(x->books->lists, add_lines(x, text));
}

err cli_named(struct cli *c, struct buf *lines)
{
	for (size_t i = 1; i < c->arg_count; i++) {
		str input = str_from(c->args[i]);
		if (str_eq(input, STR("-")))
			TRY(cli_stdin(c, CLI_INPUT_MAX, &input));
		buf_cat(lines, input, STR("\n"));
	}
	return OK;
}

static int add_named(struct adding *x)
{
	struct cli *c = x->c;
	BUF(lines);
	CLI_TRY(c, cli_open_list(c, BOOKS_WRITE, &x->books, &x->list));
	CLI_TRY(c, cli_named(c, &lines));
	CLI_TRY(c, add_batched(x, buf_str(&lines)));
	if (x->added != 1 || x->wrong)
		printf("%zu %s, %zu not\n", x->added, x->invite ? "invited" : "added",
		       x->wrong);
	return x->wrong ? CLI_FAILED : CLI_OK;
}

static err day_option(struct cli *c, const char *name, int64_t *day)
{
	const char *text = cli_option(c, name);
	return !text || day_read(str_from(text), day)
		       ? OK
		       : err_in(c->a, ERR_SYNTAX,
				"--%s=%s: write a day as 2026-12-31, or +30d", name,
				text);
}

int cli_member_add(struct cli *c)
{
	struct adding x = { .c = c,
			    .welcome = cli_option(c, "welcome"),
			    .invite = cli_option(c, "invite") };
	CLI_TRY(c, day_option(c, "from", &x.term.first));
	CLI_TRY(c, day_option(c, "until", &x.term.last));
	return add_named(&x);
}

int cli_member_invite(struct cli *c)
{
	struct adding x = { .c = c, .invite = true };
	const char *days = cli_option(c, "days"), *words = cli_option(c, "words");
	x.invitation.words = words ? str_from(words) : STR("");
	if (days
	    && (!str_i64(str_from(days), &x.invitation.days) || x.invitation.days < 1))
		return cli_usage("--days takes a number of days");
	return add_named(&x);
}

int cli_member_invited(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct invited *all;
	size_t n;
	CLI_TRY(c, cli_open_list(c, BOOKS_READ, &books, &list));
	CLI_TRY(c, invite_open(books->lists, c->a, list->id, &all, &n));
	struct table *t = table_new(c, "address name by sent until");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ all[i].address, all[i].name, all[i].by,
				      cli_time(c, all[i].at),
				      cli_time(c, all[i].expires_at) });
	table_print(t);
	return CLI_OK;
}

int cli_member_uninvite(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	int code = CLI_OK;
	CLI_TRY(c, cli_open_list(c, BOOKS_WRITE, &books, &list));
	for (size_t i = 1; i < c->arg_count; i++) {
		err e = invite_withdraw(books, c->a, list, str_from(c->args[i]),
					&cli_actor);
		if (e.kind)
			code = cli_fail(c, e);
	}
	return code;
}

int cli_member_planned(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct planned_row *all;
	size_t n;
	CLI_TRY(c, cli_open_list(c, BOOKS_READ, &books, &list));
	CLI_TRY(c, planned_list(books->lists, c->a, list->id, &all, &n));
	struct table *t = table_new(c, "address name from until");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ all[i].address, all[i].name,
				      date_day(c->a, all[i].first_day),
				      all[i].last_day ? date_day(c->a, all[i].last_day)
						      : STR("") });
	table_print(t);
	return CLI_OK;
}
