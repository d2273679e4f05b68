/* postern member change-address: what lists send to one address goes to another. */
#include "cli/cmd_member_inside.h"
#include "lists/member_address.h"
#include "store/lists/address.h"

#include <stdio.h>

/* The administrator's word is that both are one person's. */
static err find_person(struct cli *c, struct books *books, str key, int64_t *person)
{
	struct address_row row;
	err e = address_find(books->lists, c->a, key, &row);
	*person = e.kind ? 0 : row.person;
	return e.kind == ERR_NOTFOUND ? err_in(
		       c->a, e.kind, "%.*s is not a member of any list", STR_F(key))
				      : e;
}

static int print_each(struct cli *c, const struct address_change *x,
		      const struct address_changed *on, size_t n)
{
	int code = CLI_OK;
	str to = cli_shown(c->a, address_text(c->a, &x->to.address)),
	    from = cli_shown(c->a, x->from);
	for (size_t i = 0; i < n; i++) {
		if (on[i].refused.n)
			code = cli_fail(c, err_in(c->a, ERR_DENIED, "%.*s",
						  STR_F(on[i].refused)));
		else if (on[i].merged)
			printf("%.*s: %.*s was a member already and stays as it is; "
			       "%.*s is none any more\n",
			       STR_F(on[i].list->address), STR_F(to), STR_F(from));
		else
			printf("%.*s: %.*s is %.*s now\n", STR_F(on[i].list->address),
			       STR_F(from), STR_F(to));
	}
	return code;
}

int cli_member_change_address(struct cli *c)
{
	struct books *books;
	struct address from;
	struct address_change x = { .tell = true };
	struct address_changed *on;
	size_t n;
	const char *list = cli_option(c, "list");
	CLI_TRY(c, address_parse(c->a, str_from(c->args[0]), &from));
	CLI_TRY(c, address_parse(c->a, str_from(c->args[1]), &x.to.address));
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	if (list)
		CLI_TRY(c, cli_list(c, list, &x.list));
	x.from = address_key(c->a, &from);
	CLI_TRY(c, find_person(c, books, x.from, &x.person));
	CLI_TRY(c, member_change_address(books, c->a, &x, &cli_actor, &on, &n));
	return print_each(c, &x, on, n);
}
