/* postern alias …: addresses beside the lists. */
#include "base/clock.h"
#include "cli/cli.h"
#include "store/lists/alias.h"

#include <stdio.h>

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
