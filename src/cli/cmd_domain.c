/* postern domain …: the mail domains whose lists live here. */
#include "base/buf.h"
#include "cli/cli.h"
#include "lists/domains.h"
#include "lists/style.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"
#include "store/lists/list.h"

#include <stdio.h>

static str domain_arg(struct cli *c)
{
	return domain_ascii(c->a, arena_lower(c->a, str_from(c->args[0])));
}

static err add(struct cli *c, struct books *books)
{
	static const char *const keys[][2] = { { "description", "description" },
					       { "alias", "alias_domain" } };
	struct assignment set[2];
	size_t n = 0;
	TRY(domain_make(books, c->a, str_from(c->args[0]), &cli_actor));
	for (size_t i = 0; i < 2; i++)
		if (cli_option(c, keys[i][0]))
			set[n++] = (struct assignment){
				str_from(keys[i][1]), str_from(cli_option(c, keys[i][0]))
			};
	return n ? domain_configure(books, c->a, domain_arg(c), set, n, &cli_actor) : OK;
}

int cli_domain_add(struct cli *c)
{
	struct books *books;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, book_begin(books->lists));
	CLI_TRY(c, book_end(books->lists, add(c, books)));
	return cli_say_records(c);
}

int cli_domain_rm(struct cli *c)
{
	struct books *books;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, domain_unmake(books, c->a, str_from(c->args[0]), &cli_actor));
	return CLI_OK;
}

int cli_domain_set(struct cli *c)
{
	struct books *books;
	struct assignment *set;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, cli_assignments(c, 1, &set, &n));
	CLI_TRY(c, domain_configure(books, c->a, domain_arg(c), set, n, &cli_actor));
	return CLI_OK;
}

static err owners_of(struct cli *c, struct books *books, int64_t domain, str *owners)
{
	struct domain_owner_row *o;
	size_t n;
	BUF(b);
	TRY(domain_owner_list(books->lists, c->a, domain, &o, &n));
	for (size_t i = 0; i < n; i++)
		buf_cat(&b, i ? STR(", ") : STR(""), o[i].text);
	*owners = arena_copy(c->a, buf_str(&b));
	return OK;
}

static err add_row(struct cli *c, struct books *books, struct table *t,
		   const struct domain_row *d)
{
	struct list_row *lists;
	size_t n;
	str owners;
	TRY(list_all(books->lists, c->a, d->id, &lists, &n));
	TRY(owners_of(c, books, d->id, &owners));
	table_row(t, (str[]){ d->name, arena_printf(c->a, "%zu", n), d->alias, owners,
			      d->description });
	return OK;
}

int cli_domain_ls(struct cli *c)
{
	struct books *books;
	struct domain_row *d;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, domain_all(books->lists, c->a, &d, &n));
	struct table *t = table_new(c, "domain lists# alias_domain owners description");
	for (size_t i = 0; i < n; i++)
		CLI_TRY(c, add_row(c, books, t, &d[i]));
	table_print(t);
	return CLI_OK;
}

int cli_domain_owner_add(struct cli *c)
{
	struct books *books;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, domain_owner_give(books, c->a, domain_arg(c), str_from(c->args[1]),
				     true, &cli_actor));
	return CLI_OK;
}

int cli_domain_owner_rm(struct cli *c)
{
	struct books *books;
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, domain_owner_take(books, c->a, domain_arg(c), str_from(c->args[1]),
				     &cli_actor));
	return CLI_OK;
}
