/* postern user export and erase: what is kept about a person, and its end. */
#include "archive/export.h"
#include "cli/cli.h"
#include "lists/erase.h"
#include "lists/personal.h"
#include "store/lists/erasure.h"
#include "store/lists/person.h"

#include <stdio.h>
#include <stdlib.h>

static err read_key(struct cli *c, str *key)
{
	struct address x;
	TRY(address_parse(c->a, str_from(c->args[0]), &x));
	*key = address_key(c->a, &x);
	return OK;
}

static err print_posts(struct cli *c, struct books *books, const str *keys, size_t n)
{
	struct export_job job;
	bool done = false;
	(void)c;
	export_authors(&job, keys, n);
	while (!done) {
		ARENA(a);
		str piece;
		TRY(export_next(&job, books->archive, a, &piece, &done));
		if (fwrite(piece.p ? piece.p : "", 1, piece.n, stdout) != piece.n)
			return FAIL(ERR_IO, "standard output cannot be written");
	}
	return OK;
}

int cli_user_export(struct cli *c)
{
	struct books *books;
	struct person_row p;
	json_t *all;
	str key, *keys;
	size_t n;
	CLI_TRY(c, read_key(c, &key));
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, person_by_key(books->lists, c->a, key, &p));
	if (cli_option(c, "posts")) {
		CLI_TRY(c, personal_addresses(books, c->a, p.id, &keys, &n));
		CLI_TRY(c, print_posts(c, books, keys, n));
		return CLI_OK;
	}
	CLI_TRY(c, personal_data(books, c->a, p.id, &all));
	json_dumpf(all, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	puts("");
	json_decref(all);
	return CLI_OK;
}

/* Of an author who has no account the posts alone. */
static err begin(struct cli *c, struct books *books, str key)
{
	struct person_row p;
	err e = person_by_key(books->lists, c->a, key, &p);
	if (e.kind == ERR_NOTFOUND)
		return address_erase(books, c->a, key, &cli_actor);
	return e.kind ? e : person_erase(books, c->a, p.id, key, &cli_actor);
}

/* *left: files are to be looked into first, which the server does. */
static err finish(struct books *books, bool *left)
{
	ARENA(a);
	struct erasure_row row;
	bool more = true;
	while (more) {
		ARENA(one);
		TRY(erase_continue(books, one, &more));
	}
	return erasure_next(books->lists, a, &row, left);
}

int cli_user_erase(struct cli *c)
{
	struct books *books;
	str key;
	bool left;
	CLI_TRY(c, read_key(c, &key));
	if (!cli_option(c, "yes"))
		return cli_fail(
			c, err_in(c->a, ERR_DENIED,
				  "this takes %s's account and memberships away and puts "
				  "another name on their posts, for good; say --yes",
				  c->args[0]));
	CLI_TRY(c, cli_books(c, BOOKS_WRITE, &books));
	CLI_TRY(c, begin(c, books, key));
	CLI_TRY(c, finish(books, &left));
	puts(left ? "Erased, but for the archive: their posts bear another name as soon "
		    "as "
		    "the server has read its files ('postern status' counts them)."
		  : "Erased.");
	puts("The ledger of deliveries and backups go on naming them until their time is "
	     "over.");
	return CLI_OK;
}
