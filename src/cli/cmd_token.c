/* postern user token, tokens, untoken: what programs sign in with. */
#include "account/token.h"
#include "cli/cmd_user.h"
#include "lists/persons.h"
#include "lists/token_scopes.h"
#include "mail/date.h"
#include "store/lists/token.h"

#include <stdio.h>

enum { RATE_MOST = 100000 };

static err read_limits(struct cli *c, const struct books *books, struct scopes *scopes,
		       int64_t *rate)
{
	const char *words = cli_option(c, "scope"), *number = cli_option(c, "rate");
	*rate = 0;
	if (number
	    && (!str_i64(str_from(number), rate) || *rate < 1 || *rate > RATE_MOST))
		return err_in(c->a, ERR_SYNTAX,
			      "--rate %s: it takes a number from 1 to %d", number,
			      RATE_MOST);
	return token_scopes_read(c->a, books, words ? str_from(words) : STR("all"),
				 scopes);
}

int cli_user_token(struct cli *c)
{
	struct books *books;
	struct person_row p;
	struct scopes scopes;
	int64_t rate;
	str shown;
	const char *name = cli_option(c, "name");
	CLI_TRY(c, cli_person(c, &books, &p));
	CLI_TRY(c, read_limits(c, books, &scopes, &rate));
	CLI_TRY(c, account_token_new_limited(c->a, books->lists, p.id,
					     name ? str_from(name) : STR("command line"),
					     &scopes, rate, &shown));
	CLI_TRY(c, books_audit(books, &cli_actor, 0, STR("token made"),
			       str_from(c->args[0])));
	printf("%.*s\n", STR_F(shown));
	return CLI_OK;
}

static err add_token(struct cli *c, const struct books *books, struct table *t,
		     const struct token_row *row)
{
	struct scopes s;
	TRY(scopes_read(c->a, row->scopes, &s));
	table_row(t, (str[]){ arena_printf(c->a, "%lld", (long long)row->id), row->name,
			      token_scopes_text(c->a, books, &s),
			      arena_printf(c->a, "%lld", (long long)row->rate),
			      date_day(c->a, row->created_at),
			      row->used_at ? date_day(c->a, row->used_at) : STR("") });
	return OK;
}

int cli_user_tokens(struct cli *c)
{
	struct books *books;
	struct person_row p;
	struct token_row *rows;
	size_t n;
	CLI_TRY(c, cli_person(c, &books, &p));
	CLI_TRY(c, token_by_person(books->lists, c->a, p.id, &rows, &n));
	struct table *t = table_new(c, "id# name scopes rate# made used");
	for (size_t i = 0; i < n; i++)
		CLI_TRY(c, add_token(c, books, t, &rows[i]));
	table_print(t);
	return CLI_OK;
}

int cli_user_untoken(struct cli *c)
{
	struct books *books;
	struct person_row p;
	int64_t id = 0;
	CLI_TRY(c, cli_person(c, &books, &p));
	if (strcmp(c->args[1], "all") && (!str_i64(str_from(c->args[1]), &id) || id < 1))
		return cli_fail(c, FAIL(ERR_SYNTAX, "a token's number is a number: see "
						    "postern user tokens"));
	CLI_TRY(c, person_untoken(books, c->a, p.id, id, &cli_actor));
	return CLI_OK;
}
