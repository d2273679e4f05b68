/* postern template …, alias …: what belongs to the site as a whole. */
#include "base/clock.h"
#include "cli/cli.h"
#include "lists/notice.h"
#include "store/lists/alias.h"
#include "store/lists/template.h"

#include <stdio.h>

enum { TEMPLATE_MAX = 64 * 1024 };

static err template_scope(struct cli *c, enum books_mode mode, struct books **books,
			  size_t at, int64_t *list)
{
	const struct list_entry *l;
	TRY(cli_books(c, mode, books));
	*list = 0;
	if (c->arg_count <= at)
		return OK;
	TRY(cli_list(c, c->args[at], &l));
	*list = l->id;
	return OK;
}

static err find_row(struct cli *c, const struct notice_row **row)
{
	*row = notice_row_find(str_from(c->args[0]));
	return *row ? OK
		    : err_in(c->a, ERR_NOTFOUND,
			     "no template \"%s\"; postern template ls names them all",
			     c->args[0]);
}

int cli_template_ls(struct cli *c)
{
	struct books *books;
	int64_t list;
	size_t n;
	const struct notice_row *rows = notice_rows(&n);
	CLI_TRY(c, template_scope(c, BOOKS_READ, &books, 0, &list));
	struct table *t = table_new(c, "name sent own");
	for (size_t i = 0; i < n; i++) {
		str own;
		err e = template_find(books->lists, c->a, list, str_from(rows[i].name),
				      books->conf->site_lang, &own);
		if (e.kind && e.kind != ERR_NOTFOUND)
			return cli_fail(c, e);
		table_row(t, (str[]){ str_from(rows[i].name), str_from(rows[i].about),
				      e.kind ? STR("no") : STR("yes") });
	}
	table_print(t);
	return CLI_OK;
}

int cli_template_show(struct cli *c)
{
	struct books *books;
	const struct notice_row *row;
	int64_t list;
	str own;
	CLI_TRY(c, find_row(c, &row));
	CLI_TRY(c, template_scope(c, BOOKS_READ, &books, 1, &list));
	err e = template_find(books->lists, c->a, list, str_from(row->name),
			      books->conf->site_lang, &own);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return cli_fail(c, e);
	if (e.kind)
		printf("Subject: %s\n\n%s", row->subject, row->text);
	else
		fwrite(own.p, 1, own.n, stdout);
	return CLI_OK;
}

int cli_template_set(struct cli *c)
{
	struct books *books;
	const struct notice_row *row;
	struct template_row t = { .language = STR("") };
	CLI_TRY(c, find_row(c, &row));
	CLI_TRY(c, template_scope(c, BOOKS_WRITE, &books, 1, &t.list));
	CLI_TRY(c, cli_stdin(c, TEMPLATE_MAX, &t.text));
	t.name = str_from(row->name);
	CLI_TRY(c, template_set(books->lists, &t));
	CLI_TRY(c,
		books_audit(books, &cli_actor, t.list, STR("template changed"), t.name));
	return CLI_OK;
}

int cli_template_rm(struct cli *c)
{
	struct books *books;
	const struct notice_row *row;
	int64_t list;
	CLI_TRY(c, find_row(c, &row));
	CLI_TRY(c, template_scope(c, BOOKS_WRITE, &books, 1, &list));
	CLI_TRY(c, template_unset(books->lists, list, str_from(row->name), STR("")));
	CLI_TRY(c, books_audit(books, &cli_actor, list, STR("template reset"),
			       str_from(row->name)));
	return CLI_OK;
}

static err own_address(struct cli *c, struct books *books, const char *text, str *key)
{
	struct address x;
	TRY(address_parse(c->a, str_from(text), &x));
	*key = address_key(c->a, &x);
	if (!addressbook_is_ours(books->addresses, domain_ascii(c->a, x.domain)))
		return err_in(c->a, ERR_DENIED, "%s is not in a domain of ours", text);
	return addressbook_list(books->addresses, *key)
		       ? err_in(c->a, ERR_DENIED, "%s is a list", text)
		       : OK;
}

int cli_alias_add(struct cli *c)
{
	struct books *books;
	str key, *targets = arena_alloc(c->a, c->arg_count * sizeof *targets);
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, own_address(c, books, c->args[0], &key));
	for (size_t i = 1; i < c->arg_count; i++) {
		struct address x;
		CLI_TRY(c, address_parse(c->a, str_from(c->args[i]), &x));
		targets[i - 1] = address_text(c->a, &x);
	}
	CLI_TRY(c, alias_set(books->lists, key, targets, c->arg_count - 1, clock_now()));
	CLI_TRY(c, books_audit(books, &cli_actor, 0, STR("alias set"), key));
	return CLI_OK;
}

int cli_alias_ls(struct cli *c)
{
	struct books *books;
	struct alias_row *x;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, alias_all(books->lists, c->a, &x, &n));
	struct table *t = table_new(c, "address target");
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < x[i].target_count; k++)
			table_row(t, (str[]){ x[i].address, x[i].targets[k] });
	table_print(t);
	return CLI_OK;
}

int cli_alias_rm(struct cli *c)
{
	struct books *books;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, alias_remove(books->lists, arena_lower(c->a, str_from(c->args[0]))));
	CLI_TRY(c, books_audit(books, &cli_actor, 0, STR("alias removed"),
			       str_from(c->args[0])));
	return CLI_OK;
}
