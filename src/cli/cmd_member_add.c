/* postern member add, invite, import, export: who comes to a list, one by one or as CSV. */
#include "cli/cmd_member_inside.h"

#include "base/csv.h"
#include "base/file.h"
#include "lists/invite.h"
#include "lists/members.h"
#include "lists/term.h"
#include "mail/date.h"
#include "store/lists/planned.h"

#include <stdio.h>

enum { COLUMNS_MAX = 32 };

struct adding {
	struct cli *c;
	struct books *books;
	const struct list_entry *list;
	bool welcome, invite;
	struct term term;
	struct invitation invitation;
	str columns[COLUMNS_MAX]; /* of a CSV file; without a head: address, name */
	size_t column_count;
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

/* ---- CSV */

/* What export writes beside the options, and import reads to no effect: who came when, and
 * by whose hand delivery is off, is no file's to say. */
static bool is_told_only(str column)
{
	return str_eq(column, STR("joined")) || str_eq(column, STR("off_by"));
}

/* One column of a member who is in: an option of member_option. */
static err set_columns(struct adding *x, struct arena *a, const str *fields,
		       const struct mailbox *who)
{
	struct member_row m;
	bool changes = false;
	err e = member_find(x->books->lists, a, x->list->id,
			    address_key(a, &who->address), &m);
	if (e.kind) /* one that is to begin has its last day, and no options yet */
		return e.kind == ERR_NOTFOUND ? OK : e;
	for (size_t i = 1; i < x->column_count; i++) {
		str key = x->columns[i];
		if (!fields[i].n || is_told_only(key) || str_eq(key, STR("name"))
		    || str_eq(key, STR("from")) || str_eq(key, STR("until")))
			continue;
		TRY(member_option(a, &m, key, fields[i], STR("moderator")));
		changes = true;
	}
	return changes ? member_change(x->books->lists, &m) : OK;
}

static err read_term(struct adding *x, struct arena *a, const str *fields)
{
	x->term = (struct term){ 0 };
	for (size_t i = 1; i < x->column_count; i++) {
		int64_t *day = str_eq(x->columns[i], STR("from"))    ? &x->term.first
			       : str_eq(x->columns[i], STR("until")) ? &x->term.last
								     : NULL;
		if (day && !day_read(fields[i], day))
			return err_in(a, ERR_SYNTAX,
				      "%.*s: \"%.*s\" is no day; write 2026-12-31",
				      STR_F(fields[0]), STR_F(cli_shown(a, fields[i])));
	}
	return OK;
}

/* As a whole or not at all: an option that is wrong makes no member. */
static err add_whole(struct adding *x, struct arena *a, const str *fields,
		     const struct mailbox *who)
{
	TRY(book_part(x->books->lists));
	err e = read_term(x, a, fields);
	if (!e.kind)
		e = add_one(x, a, who);
	if (!e.kind)
		e = set_columns(x, a, fields, who);
	return book_part_end(x->books->lists, e);
}

/* The first record, where it names columns. */
static bool read_head(struct adding *x, const str *fields)
{
	static const str plain[] = { { "address", 7 }, { "name", 4 } };
	bool head = str_ieq(fields[0], plain[0]);
	x->column_count = head ? 0 : 2;
	for (size_t i = 0; i < 2; i++)
		x->columns[i] = plain[i];
	while (head && x->column_count < COLUMNS_MAX && fields[x->column_count].n) {
		x->columns[x->column_count] = arena_lower(
			x->c->a, str_trim(fields[x->column_count]));
		x->column_count++;
	}
	return head;
}

static err check_columns(struct adding *x)
{
	struct member_row none = { 0 };
	for (size_t i = 1; i < x->column_count; i++) {
		str key = x->columns[i];
		if (is_told_only(key) || str_eq(key, STR("name"))
		    || str_eq(key, STR("from")))
			continue;
		ARENA(a);
		err e = member_option(a, &none, key, STR("no"), STR(""));
		if (e.kind && str_starts(str_from(e.msg), STR("no option")))
			return err_in(x->c->a, ERR_SYNTAX, "a column of members: %s",
				      e.msg);
	}
	return OK;
}

/* Records, after a line that names their columns; or lines as member add takes them. */
static err add_records(struct adding *x, str text)
{
	str fields[COLUMNS_MAX], raw;
	for (bool first = true; text.n; first = false) {
		ARENA(a);
		struct mailbox m = { 0 };
		if (!csv_record(a, &text, fields, COLUMNS_MAX, &raw)
		    || !cli_is_to_read(&raw))
			continue;
		if (first && read_head(x, fields)) {
			TRY(check_columns(x));
			continue;
		}
		for (size_t i = 1; i < x->column_count; i++)
			if (str_eq(x->columns[i], STR("name")))
				m.name = fields[i];
		bool whole = !address_parse(a, fields[0], &m.address).kind;
		TRY(added(x, whole ? add_whole(x, a, fields, &m) : add_line(x, a, raw)));
	}
	return OK;
}

/* Notices open transactions of their own, so only silent adding shares one. */
static err add_batched(struct adding *x, err (*add)(struct adding *x, str text), str text)
{
	if (x->welcome || x->invite)
		return add(x, text);
	TRY(book_begin(x->books->lists));
	return book_end(x->books->lists, add(x, text));
}

/* ---- the commands */

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
	CLI_TRY(c, add_batched(x, add_lines, buf_str(&lines)));
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
				      date_minute(c->a, all[i].at),
				      date_minute(c->a, all[i].expires_at) });
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

int cli_member_import(struct cli *c)
{
	struct adding x = { .c = c };
	str text;
	bool file = c->arg_count > 1 && strcmp(c->args[1], "-");
	CLI_TRY(c, cli_open_list(c, BOOKS_WRITE, &x.books, &x.list));
	CLI_TRY(c, file ? file_read(c->a, c->args[1], CLI_INPUT_MAX, &text)
			: cli_stdin(c, CLI_INPUT_MAX, &text));
	CLI_TRY(c, add_batched(&x, add_records, text));
	printf("%zu added, %zu not\n", x.added, x.wrong);
	return x.wrong ? CLI_FAILED : CLI_OK;
}

static str yes_no(bool yes)
{
	return yes ? STR("yes") : STR("no");
}

static void print_row(struct arena *a, const str *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str cell = cli_shown(a, cells[i]);
		/* An address needs quotes where its local part has some; a name has them
		 * in any case, as it always had. */
		if (i == 1 || csv_wants_quotes(cell))
			cell = csv_quoted(a, cell);
		printf("%s%.*s", i ? "," : "", STR_F(cell));
	}
	putchar('\n');
}

static void print_csv(struct cli *c, void *arg, const struct member_row *m)
{
	const str cells[] = { m->text,
			      m->name,
			      m->delivery,
			      m->off_by,
			      m->off_why,
			      m->action,
			      yes_no(m->own_posts),
			      yes_no(m->copies),
			      yes_no(m->acknowledge),
			      yes_no(m->hidden),
			      STR(""),
			      m->last_day ? date_day(c->a, m->last_day) : STR("") };
	(void)arg;
	print_row(c->a, cells, sizeof cells / sizeof *cells);
}

static err print_planned(struct cli *c, struct books *books, int64_t list)
{
	struct planned_row *all;
	size_t n;
	TRY(planned_list(books->lists, c->a, list, &all, &n));
	for (size_t i = 0; i < n; i++) {
		const struct planned_row *p = &all[i];
		const str cells[] = { p->address,
				      p->name,
				      STR(""),
				      STR(""),
				      STR(""),
				      STR(""),
				      STR(""),
				      STR(""),
				      STR(""),
				      STR(""),
				      date_day(c->a, p->first_day),
				      p->last_day ? date_day(c->a, p->last_day)
						  : STR("") };
		print_row(c->a, cells, sizeof cells / sizeof *cells);
	}
	return OK;
}

int cli_member_export(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, cli_open_list(c, BOOKS_READ, &books, &list));
	puts("address,name,delivery,off_by,why,action,own_posts,copies,acknowledge,"
	     "hidden,"
	     "from,until");
	CLI_TRY(c, cli_each_member(c, books, list->id, print_csv, NULL));
	CLI_TRY(c, print_planned(c, books, list->id));
	return CLI_OK;
}
