/* postern member …, role …: who is on a list, and who runs it. */
#include "base/buf.h"
#include "cli/cmd_member_record.h"
#include "lists/members.h"
#include "lists/owner.h"
#include "lists/term.h"
#include "lists/topics.h"
#include "mail/date.h"
#include "store/lists/role.h"

#include <stdio.h>

enum { BATCH = 1000 };

err cli_open_list(struct cli *c, enum books_mode mode, struct books **books,
		  const struct list_entry **list)
{
	TRY(cli_books(c, mode, books));
	return cli_list(c, c->args[0], list);
}

/* A membership, or one that is to begin. */
static err remove_one(struct cli *c, struct books *books, const struct list_entry *list,
		      str address)
{
	err e = member_end(books, c->a, list, address, cli_option(c, "goodbye"),
			   &cli_actor);
	if (e.kind != ERR_NOTFOUND)
		return e;
	err plan = member_plan_drop(books, c->a, list, address, &cli_actor);
	return plan.kind == ERR_NOTFOUND ? e : plan;
}

int cli_member_remove(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	int code = CLI_OK;
	BUF(lines);
	CLI_TRY(c, cli_open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, cli_named(c, &lines));
	str rest = buf_str(&lines), line;
	while (str_line(&rest, &line)) {
		if (!cli_is_to_read(&line))
			continue;
		err e = remove_one(c, books, list, line);
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
	CLI_TRY(c, cli_open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, cli_assignments(c, 2, &set, &n));
	CLI_TRY(c, member_configure(books, c->a, list, str_from(c->args[1]), set, n,
				    &cli_actor));
	return CLI_OK;
}

err cli_each_member(struct cli *c, struct books *books, int64_t list,
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
	table_row(arg, (str[]){ m->text, m->name, m->delivery, m->off_by, m->off_why,
				m->action, date_day(c->a, m->joined_at),
				m->last_day ? date_day(c->a, m->last_day) : STR(""),
				arena_printf(c->a, "%.4g", m->bounce_score),
				m->bounce_text, topics_shown(c->a, m->topics) });
}

int cli_member_ls(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, cli_open_list(c, BOOKS_READ, &books, &list));
	struct table *t = table_new(
		c,
		"address name delivery off_by off_why action joined until bounce_score "
		"last_bounce topics");
	CLI_TRY(c, cli_each_member(c, books, list->id, add_row, t));
	table_print(t);
	return CLI_OK;
}

static void print_one(struct cli *c, void *arg, const struct member_row *m)
{
	(void)arg;
	record_print(c->a, m);
}

int cli_member_export(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, cli_open_list(c, BOOKS_READ, &books, &list));
	record_head();
	CLI_TRY(c, cli_each_member(c, books, list->id, print_one, NULL));
	CLI_TRY(c, record_print_planned(books, c->a, list->id));
	return CLI_OK;
}

/* The administrator's word is proof enough whose address it is. */
int cli_role_add(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, cli_open_list(c, BOOKS_WRITE, &books, &list));
	CLI_TRY(c, role_give(books, c->a, list->id, str_from(c->args[1]),
			     str_from(c->args[2]), true, &cli_actor));
	return CLI_OK;
}

int cli_role_remove(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	CLI_TRY(c, cli_open_list(c, BOOKS_WRITE, &books, &list));
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
	CLI_TRY(c, cli_open_list(c, BOOKS_READ, &books, &list));
	CLI_TRY(c, role_list(books->lists, c->a, list->id, &r, &n));
	struct table *t = table_new(c, "role address name");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ r[i].role, r[i].text, r[i].name });
	table_print(t);
	return CLI_OK;
}
