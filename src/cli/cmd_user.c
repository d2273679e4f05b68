/* postern user …: accounts, their passwords, tokens and sign-in links. */
#include "account/account.h"
#include "base/clock.h"
#include "base/language.h"
#include "cli/cmd_user.h"
#include "lists/confirm.h"
#include "lists/erase.h"
#include "store/lists/address.h"

#include <stdio.h>

enum { PASSWORD_MAX = 1024, LINK_SPAN = 86400, SHOWN_MAX = 10000 };

static err parse(struct cli *c, str *key, str *text)
{
	struct address x;
	TRY(address_parse(c->a, str_from(c->args[0]), &x));
	*key = address_key(c->a, &x);
	*text = address_text(c->a, &x);
	return OK;
}

err cli_person(struct cli *c, struct books **books, struct person_row *p)
{
	str key, text;
	TRY(parse(c, &key, &text));
	TRY(cli_books(c, BOOKS_WRITE, books));
	err e = person_by_key((*books)->lists, c->a, key, p);
	return e.kind == ERR_NOTFOUND
		       ? err_in(c->a, e.kind,
				"no account %s; make one with postern user add",
				c->args[0])
		       : e;
}

int cli_user_add(struct cli *c)
{
	struct books *books;
	struct address_row row;
	struct person_row p;
	str key, text;
	const char *name = cli_option(c, "name");
	CLI_TRY(c, parse(c, &key, &text));
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, address_ensure(books->lists, c->a, key, text, str_from(name),
				  clock_now(), &row));
	if (!row.verified_at)
		CLI_TRY(c, address_verify(books->lists, row.id, clock_now()));
	CLI_TRY(c, person_get(books->lists, c->a, row.person, &p));
	p.admin = p.admin || cli_option(c, "admin");
	p.may_send = p.may_send || cli_option(c, "may-send");
	if (name)
		p.name = str_from(name);
	CLI_TRY(c, person_change(books->lists, &p));
	CLI_TRY(c, books_audit(books, &cli_actor, 0, STR("account made"), key));
	return CLI_OK;
}

int cli_user_passwd(struct cli *c)
{
	struct books *books;
	struct person_row p;
	str text, line = STR("");
	CLI_TRY(c, cli_person(c, &books, &p));
	CLI_TRY(c, cli_stdin(c, PASSWORD_MAX, &text));
	str_line(&text, &line);
	CLI_TRY(c, account_password_set(c->a, books->lists, p.id, line));
	CLI_TRY(c, books_audit(books, &cli_actor, 0, STR("password set"),
			       str_from(c->args[0])));
	return CLI_OK;
}

int cli_user_link(struct cli *c)
{
	struct books *books;
	struct person_row p;
	str key, text, token;
	CLI_TRY(c, cli_person(c, &books, &p));
	CLI_TRY(c, parse(c, &key, &text));
	CLI_TRY(c, confirm_make(books, c->a, CONFIRM_SIGN_IN, NULL, key, STR("{}"),
				LINK_SPAN, &token));
	printf("%.*s/confirm/%.*s\n", STR_F(books->conf->site_url), STR_F(token));
	return CLI_OK;
}

static err set_switch(struct cli *c, str key, str value, bool *at)
{
	bool yes = str_eq(value, STR("yes"));
	if (!yes && !str_eq(value, STR("no")))
		return err_in(c->a, ERR_SYNTAX, "%.*s = %.*s: it takes yes or no",
			      STR_F(key), STR_F(value));
	*at = yes;
	return OK;
}

static err set_one(struct cli *c, struct person_row *p, const char *text)
{
	str key, value;
	enum language l;
	if (!str_cut(str_from(text), '=', &key, &value))
		return err_in(c->a, ERR_SYNTAX, "%s: write KEY=VALUE", text);
	if (str_eq(key, STR("admin")))
		return set_switch(c, key, value, &p->admin);
	if (str_eq(key, STR("may_send")))
		return set_switch(c, key, value, &p->may_send);
	if (str_eq(key, STR("send_budget")) && str_i64(value, &p->send_budget)
	    && p->send_budget >= 0)
		return OK;
	if (str_eq(key, STR("language")) && (!value.n || language_find(value, &l))) {
		p->language = value.n ? str_from(language_row(l)->name) : value;
		return OK;
	}
	if (!str_eq(key, STR("name")))
		return err_in(c->a, ERR_SYNTAX,
			      "%s: there are name=, language=, admin=, may_send= and "
			      "send_budget=",
			      text);
	p->name = value;
	return OK;
}

int cli_user_set(struct cli *c)
{
	struct books *books;
	struct person_row p;
	CLI_TRY(c, cli_person(c, &books, &p));
	bool admin = p.admin;
	for (size_t i = 1; i < c->arg_count; i++)
		CLI_TRY(c, set_one(c, &p, c->args[i]));
	if (admin && !p.admin)
		CLI_TRY(c, person_admin_may_go(books, c->a, p.id));
	CLI_TRY(c, person_change(books->lists, &p));
	CLI_TRY(c, books_audit(books, &cli_actor, 0, STR("account changed"),
			       str_from(c->args[0])));
	return CLI_OK;
}

static err add_row(struct cli *c, struct books *books, struct table *t,
		   const struct person_row *p)
{
	struct address_row *x;
	size_t n;
	str all = STR("");
	TRY(address_of_person(books->lists, c->a, p->id, &x, &n));
	for (size_t i = 0; i < n; i++)
		all = arena_cat(c->a, all, i ? STR(" ") : STR(""), x[i].text);
	table_row(t, (str[]){ all, p->name, p->admin ? STR("yes") : STR("no"),
			      p->may_send ? STR("yes") : STR("no"),
			      arena_printf(c->a, "%lld", (long long)p->send_budget) });
	return OK;
}

int cli_user_ls(struct cli *c)
{
	struct books *books;
	struct person_row *p;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, person_list(books->lists, c->a,
			       c->arg_count ? str_from(c->args[0]) : STR(""), 0,
			       SHOWN_MAX, &p, &n));
	struct table *t = table_new(c, "addresses name admin may_send send_budget#");
	for (size_t i = 0; i < n; i++)
		CLI_TRY(c, add_row(c, books, t, &p[i]));
	table_print(t);
	return CLI_OK;
}
