/* postern import …: moving in from other list managers. */
#include "base/file.h"
#include "cli/cli.h"
#include "cli/service.h"
#include "lists/import/mailman2.h"
#include "lists/import/mailman3.h"
#include "lists/import/mailman3_rest.h"
#include "lists/import/moving.h"
#include "lists/import/others.h"
#include "lists/import/own.h"

#include <stdio.h>

/* FILE for people, FILE.json for programs. */
static err write_report(struct cli *c, const char *path, const struct import_report *r)
{
	if (!path)
		return OK;
	TRY(file_write(c->a, path, 0640, import_report_text(c->a, r)));
	return file_write(c->a,
			  arena_z(c->a, arena_cat(c->a, str_from(path), STR(".json"))),
			  0640, import_report_json(c->a, r));
}

static void print_report(struct cli *c, const struct import_report *r, const char *path)
{
	bool lost = false;
	for (size_t i = 0; i < r->count; i++) {
		str line = cli_shown(c->a, import_report_line(c->a, r, r->lists[i]));
		printf("%.*s\n", STR_F(line));
		lost = lost || r->lists[i]->note_count;
	}
	if (r->dry)
		puts("A dry run: nothing was written.");
	if (path)
		printf("%s says what became of each attribute; %s.json the same for "
		       "programs.\n",
		       path, path);
	else
		printf("--report FILE says what became of each attribute%s.\n",
		       lost ? ", and what was left out" : "");
}

static bool all_taken(const struct import_report *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->lists[i]->failed.n)
			return false;
	return true;
}

static err from_mailman2(struct cli *c, struct books *books, struct import_report *r)
{
	return mailman2_import(books, c->a, c->args[0], &cli_actor, r);
}

/* The password's first line: a file's, or - for standard input. */
static err read_password(struct cli *c, str *password)
{
	enum { PASSWORD_FILE = 4096 };
	const char *file = cli_option(c, "password");
	str text, line = STR("");
	if (!file)
		return FAIL(ERR_SYNTAX,
			    "its REST API asks for a password: --password=FILE, or "
			    "--password=- for standard input");
	if (!strcmp(file, "-"))
		TRY(cli_stdin(c, PASSWORD_FILE, &text));
	else
		TRY(file_read(c->a, file, PASSWORD_FILE, &text));
	str_line(&text, &line);
	*password = str_trim(line);
	return OK;
}

static err over_rest(struct cli *c, struct books *books, struct mailman3_place *from,
		     struct import_report *r)
{
	const char *user = cli_option(c, "user");
	str password, url = str_from(c->args[0]);
	struct service *service;
	while (str_ends(url, STR("/")))
		url.n--;
	if (!str_ends(url, STR("/3.1")))
		return err_in(c->a, ERR_SYNTAX,
			      "%s: the URL ends in /3.1, the version of the REST API "
			      "that is spoken here",
			      c->args[0]);
	TRY(read_password(c, &password));
	TRY(service_open(c->a, c->args[0], user ? user : "restadmin", password,
			 &service));
	from->service = &(struct rest_service){ .get = service_get, .with = service };
	err e = mailman3_import(books, c->a, from, &cli_actor, r);
	service_close(service);
	return e;
}

static err from_mailman3(struct cli *c, struct books *books, struct import_report *r)
{
	struct mailman3_place from = { .var = cli_option(c, "var"),
				       .archives = cli_option(c, "archives"),
				       .only = c->args + 1,
				       .only_count = c->arg_count - 1 };
	if (str_find(str_from(c->args[0]), STR("://")).n)
		return over_rest(c, books, &from, r);
	from.database = c->args[0];
	return mailman3_import(books, c->a, &from, &cli_actor, r);
}

static err from_mlmmj(struct cli *c, struct books *books, struct import_report *r)
{
	return mlmmj_import(books, c->a, c->args[0], NULL, &cli_actor, r);
}

static err from_ezmlm(struct cli *c, struct books *books, struct import_report *r)
{
	return ezmlm_import(books, c->a, c->args[0], NULL, &cli_actor, r);
}

static err from_sympa(struct cli *c, struct books *books, struct import_report *r)
{
	return sympa_import(books, c->a, c->args[0], cli_option(c, "archives"),
			    &cli_actor, r);
}

static err from_postern(struct cli *c, struct books *books, struct import_report *r)
{
	return own_import(books, c->a, c->args[0], c->args[1], &cli_actor, r);
}

static int move(struct cli *c,
		err (*from)(struct cli *, struct books *, struct import_report *))
{
	struct books *books;
	const char *path = cli_option(c, "report");
	struct import_report r = { .a = c->a, .dry = cli_option(c, "dry-run") };
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	err e = from(c, books, &r);
	if (e.kind && !r.count)
		return cli_fail(c, e);
	if (!e.kind)
		e = moving_look_for_lists(books, &r);
	CLI_TRY(c, write_report(c, path, &r));
	if (e.kind)
		return cli_fail(c, e);
	print_report(c, &r, path);
	return all_taken(&r) ? CLI_OK : CLI_FAILED;
}

int cli_import_mailman2(struct cli *c)
{
	return move(c, from_mailman2);
}

int cli_import_mailman3(struct cli *c)
{
	return move(c, from_mailman3);
}

int cli_import_mlmmj(struct cli *c)
{
	return move(c, from_mlmmj);
}

int cli_import_ezmlm(struct cli *c)
{
	return move(c, from_ezmlm);
}

int cli_import_sympa(struct cli *c)
{
	return move(c, from_sympa);
}

int cli_import_postern(struct cli *c)
{
	return move(c, from_postern);
}
