/* postern alias …: addresses beside the lists. */
#include "cli/cli.h"
#include "lists/aliases.h"
#include "store/lists/alias.h"

int cli_alias_add(struct cli *c)
{
	struct books *books;
	str *targets = arena_alloc(c->a, c->arg_count * sizeof *targets);
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	for (size_t i = 1; i < c->arg_count; i++)
		targets[i - 1] = str_from(c->args[i]);
	CLI_TRY(c, alias_point(books, c->a, str_from(c->args[0]), targets,
			       c->arg_count - 1, &cli_actor));
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
	CLI_TRY(c, alias_drop(books, c->a, str_from(c->args[0]), &cli_actor));
	return CLI_OK;
}
