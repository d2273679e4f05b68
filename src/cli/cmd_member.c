/* postern member …, role …: who is on a list, and who runs it. */
#include "base/buf.h"
#include "base/csv.h"
#include "cli/cli.h"
#include "lists/members.h"
#include "lists/owner.h"
#include "lists/topics.h"
#include "mail/date.h"
#include "store/lists/role.h"

#include <stdio.h>

enum { INPUT_MAX = 64 << 20, BATCH = 1000 };

static err open_list(struct cli *c, enum books_mode mode, struct books **books,
		     const struct list_entry **list)
{
	TRY(cli_books(c, mode, books));
	return cli_list(c, c->args[0], list);
}

struct adding {
	struct cli *c;
	struct books *books;
	const struct list_entry *list;
	bool welcome, invite;
	size_t added, wrong;
};

static err add_one(struct adding *x, struct arena *a, const struct mailbox *m)
{
	return x->invite ? member_invite(x->books, a, x->list, m, &cli_actor)
			 : member_admit(x->books, a, x->list, m, x->welcome, &cli_actor);
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

static bool is_to_read(str *line)
{
	*line = str_trim(*line);
	return line->n && line->p[0] != '#';
}

static err add_lines(struct adding *x, str text)
{
	str line;
	while (str_line(&text, &line)) {
		ARENA(a);
		if (is_to_read(&line))
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

/* The addresses of the arguments, a line each; - stands for those on standard input. */
static err named(struct cli *c, struct buf *lines)
{
	for (size_t i = 1; i < c->arg_count; i++) {
		str input = str_from(c->args[i]);
		if (str_eq(input, STR("-")))
			TRY(cli_stdin(c, INPUT_MAX, &input));
		buf_cat(lines, input, STR("\n"));
	}
	return OK;
}

int cli_member_add(struct cli *c)
{
	struct adding x = { .c = c,
			    .welcome = cli_option(c, "welcome"),
			    .invite = cli_option(c, "invite") };
	BUF(lines);
	CLI_TRY(c, open_list(c, BOOKS_WRITE, &x.books, &x.list));
	CLI_TRY(c, named(c, &lines));
	CLI_TRY(c, add_batched(&x, buf_str(&lines)));
	if (x.added != 1 || x.wrong)
		printf("%zu %s, %zu not\n", x.added, x.invite ? "invited" : "added",
		       x.wrong);
	return x.wrong ? CLI_FAILED : CLI_OK;
}

int cli_member_remove(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	int code = CLI_OK;
	BUF(lines);
	CLI_TRY(c, open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, named(c, &lines));
	str rest = buf_str(&lines), line;
	while (str_line(&rest, &line)) {
		if (!is_to_read(&line))
			continue;
		err e = member_end(books, c->a, list, line, cli_option(c, "goodbye"),
				   &cli_actor);
		if (e.kind)
			code = cli_fail(c, e);
	}
	return code;
}

int cli_member_set(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct assignment *set;
	size_t n;
	CLI_TRY(c, open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, cli_assignments(c, 2, &set, &n));
	CLI_TRY(c, member_configure(books, c->a, list, str_from(c->args[1]), set, n,
				    &cli_actor));
	return CLI_OK;
}

/* Calls one for every member, in order of joining. */
static err each_member(struct cli *c, struct books *books, int64_t list,
		       void (*one)(struct cli *c, void *arg, const struct member_row *m),
		       void *arg)
{
	int64_t after = 0;
	size_t n;
	do {
		struct member_row *m;
		TRY(member_list(books->lists, c->a, list, after, BATCH, &m, &n));
		for (size_t i = 0; i < n; i++)
			one(c, arg, &m[i]);
		after = n ? m[n - 1].id : 0;
	} while (n == BATCH);
	return OK;
}

static void add_row(struct cli *c, void *arg, const struct member_row *m)
{
	table_row(arg, (str[]){ m->text, m->name, m->delivery, m->off_by, m->action,
				date_day(c->a, m->joined_at),
				arena_printf(c->a, "%.4g", m->bounce_score),
				m->bounce_text, topics_shown(c->a, m->topics) });
}

int cli_member_ls(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, open_list(c, BOOKS_READ, &books, &list));
	struct table *t = table_new(c, "address name delivery off_by action joined "
				       "bounce_score last_bounce topics");
	CLI_TRY(c, each_member(c, books, list->id, add_row, t));
	table_print(t);
	return CLI_OK;
}

static void print_csv(struct cli *c, void *arg, const struct member_row *m)
{
	(void)arg;
	str address = cli_shown(c->a, m->text);
	if (csv_wants_quotes(address)) /* a quoted local part, mostly */
		address = csv_quoted(c->a, address);
	printf("%.*s,%.*s\n", STR_F(address),
	       STR_F(csv_quoted(c->a, cli_shown(c->a, m->name))));
}

int cli_member_export(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, open_list(c, BOOKS_READ, &books, &list));
	puts("address,name");
	CLI_TRY(c, each_member(c, books, list->id, print_csv, NULL));
	return CLI_OK;
}

/* The administrator's word is proof enough whose address it is. */
int cli_role_add(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, role_give(books, c->a, list->id, str_from(c->args[1]),
			     str_from(c->args[2]), true, &cli_actor));
	return CLI_OK;
}

int cli_role_remove(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, role_take(books, c->a, list->id, str_from(c->args[1]),
			     str_from(c->args[2]), &cli_actor));
	return CLI_OK;
}

int cli_role_ls(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct role_row *r;
	size_t n;
	CLI_TRY(c, open_list(c, BOOKS_READ, &books, &list));
	CLI_TRY(c, role_list(books->lists, c->a, list->id, &r, &n));
	struct table *t = table_new(c, "role address name");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ r[i].role, r[i].text, r[i].name });
	table_print(t);
	return CLI_OK;
}
