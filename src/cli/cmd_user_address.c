/* postern user address …, merge, signout, rm: an account's addresses, and its end. */
#include "cli/cmd_user.h"
#include "lists/persons.h"
#include "mail/date.h"

int cli_user_address_ls(struct cli *c)
{
	struct books *books;
	struct person_row p;
	struct address_row *own;
	size_t n;
	CLI_TRY(c, cli_person(c, &books, &p));
	CLI_TRY(c, address_of_person(books->lists, c->a, p.id, &own, &n));
	struct table *t = table_new(c, "address verified preferred");
	for (size_t i = 0; i < n; i++)
		table_row(t,
			  (str[]){ own[i].text,
				   own[i].verified_at ? date_day(c->a, own[i].verified_at)
						      : STR(""),
				   own[i].id == p.preferred ? STR("yes") : STR("no") });
	table_print(t);
	return CLI_OK;
}

int cli_user_address_add(struct cli *c)
{
	struct books *books;
	struct person_row p;
	struct address who;
	CLI_TRY(c, cli_person(c, &books, &p));
	CLI_TRY(c, address_parse(c->a, str_from(c->args[1]), &who));
	CLI_TRY(c, person_take_address(books, c->a, p.id, &who, &cli_actor));
	return CLI_OK;
}

/* One of the account that the first argument names. */
static err own_address(struct cli *c, struct books **books, struct address_row *row)
{
	struct person_row p;
	TRY(cli_person(c, books, &p));
	err e = person_find(*books, c->a, str_from(c->args[1]), row);
	if (!e.kind && row->person != p.id)
		e.kind = ERR_NOTFOUND;
	return e.kind == ERR_NOTFOUND ? err_in(c->a, e.kind,
					       "%s is no address of %s: see postern user "
					       "address ls",
					       c->args[1], c->args[0])
				      : e;
}

int cli_user_address_verify(struct cli *c)
{
	struct books *books;
	struct address_row row;
	CLI_TRY(c, own_address(c, &books, &row));
	CLI_TRY(c, person_prove(books, c->a, &row, !cli_option(c, "undo"), &cli_actor));
	return CLI_OK;
}

int cli_user_address_prefer(struct cli *c)
{
	struct books *books;
	struct address_row row;
	CLI_TRY(c, own_address(c, &books, &row));
	CLI_TRY(c, person_prefer_address(books, c->a, &row, !cli_option(c, "undo"),
					 &cli_actor));
	return CLI_OK;
}

int cli_user_address_rm(struct cli *c)
{
	struct books *books;
	struct address_row row;
	CLI_TRY(c, own_address(c, &books, &row));
	CLI_TRY(c, person_drop_address(books, c->a, &row, &cli_actor));
	return CLI_OK;
}

int cli_user_merge(struct cli *c)
{
	struct books *books;
	struct person_row p;
	struct address_row other;
	CLI_TRY(c, cli_person(c, &books, &p));
	err e = person_find(books, c->a, str_from(c->args[1]), &other);
	CLI_TRY(c, e.kind == ERR_NOTFOUND
			   ? err_in(c->a, e.kind, "no account %s", c->args[1])
			   : e);
	CLI_TRY(c, person_merge(books, c->a, p.id, other.person, &cli_actor));
	return CLI_OK;
}

int cli_user_signout(struct cli *c)
{
	struct books *books;
	struct person_row p;
	CLI_TRY(c, cli_person(c, &books, &p));
	CLI_TRY(c, person_sign_out(books, c->a, p.id, &cli_actor));
	return CLI_OK;
}

int cli_user_rm(struct cli *c)
{
	struct books *books;
	struct person_row p;
	CLI_TRY(c, cli_person(c, &books, &p));
	if (!cli_option(c, "yes"))
		return cli_fail(c, err_in(c->a, ERR_DENIED,
					  "this takes %s's account, memberships and "
					  "roles away for good; say --yes",
					  c->args[0]));
	CLI_TRY(c, person_close(books, c->a, p.id, &cli_actor));
	return CLI_OK;
}
