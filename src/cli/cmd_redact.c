/* postern archive hide, show, purge, redact, split, merge, undo, history: what owners do to posts. */
#include "cli/cli.h"
#include "lists/redact.h"
#include "mail/date.h"
#include "store/archive/attachment.h"
#include "store/archive/post.h"
#include "store/archive/redaction.h"

#include <stdio.h>

static err read_number(struct cli *c, size_t arg, int64_t *number)
{
	return str_i64(str_from(c->args[arg]), number) && *number > 0
		       ? OK
		       : err_in(c->a, ERR_SYNTAX, "%s is not the number of a post",
				c->args[arg]);
}

static err start(struct cli *c, enum books_mode mode, struct redaction *x,
		 struct books **books)
{
	TRY(cli_books(c, mode, books));
	TRY(cli_list(c, c->args[0], &x->list));
	x->reason = str_from(cli_option(c, "reason"));
	return c->arg_count > 1 ? read_number(c, 1, &x->number) : OK;
}

/* A server that runs does the same in its own time; what is done twice does no harm. */
static err clean(struct books *books)
{
	struct cleaning state = { 0 };
	bool more = true;
	while (more) {
		ARENA(a);
		TRY(clean_continue(books, a, &state, &more));
	}
	return OK;
}

static int act(struct cli *c, const char *what, const char *done, bool cleans)
{
	struct redaction x = { .what = str_from(what) };
	struct books *books;
	CLI_TRY(c, start(c, BOOKS_WRITE, &x, &books));
	if (!strcmp(what, "merge"))
		CLI_TRY(c, read_number(c, 2, &x.under));
	CLI_TRY(c, list_redact(books, c->a, &x, &cli_actor));
	if (cleans)
		CLI_TRY(c, clean(books));
	puts(done);
	return CLI_OK;
}

int cli_archive_hide(struct cli *c)
{
	return act(c, "hide", "Hidden. archive show brings it back.", false);
}

int cli_archive_show(struct cli *c)
{
	return act(c, "show", "Shown again.", false);
}

int cli_archive_purge(struct cli *c)
{
	return act(c, "purge", "Removed for good. Backups made before hold it still.",
		   true);
}

int cli_archive_split(struct cli *c)
{
	return act(c, "split", "It starts a thread of its own.", false);
}

int cli_archive_merge(struct cli *c)
{
	return act(c, "merge", "The threads are one.", false);
}

int cli_archive_undo(struct cli *c)
{
	return act(c, "undo", "It stands where its references say.", false);
}

/* ---- redact */

/* Which part of the message is the attachment of that number? */
static err part_of_file(struct cli *c, struct books *books, struct redaction *x,
			int64_t file)
{
	struct archive_post p;
	struct archive_attachments files;
	bool found;
	TRY(archive_post_by_number(books->archive, c->a, x->list->id, x->number, &p,
				   &found));
	if (!found)
		return FAIL(ERR_NOTFOUND, "the list has no such post");
	TRY(archive_attachments_of_post(books->archive, c->a, p.id, &files));
	for (size_t i = 0; i < files.count; i++)
		if (files.list[i].n == file) {
			x->part = files.list[i].part;
			return OK;
		}
	return err_in(c->a, ERR_NOTFOUND, "the post has no attachment %lld",
		      (long long)file);
}

static err read_what(struct cli *c, struct books *books, struct redaction *x)
{
	const char *file = cli_option(c, "file"), *part = cli_option(c, "part");
	int64_t k = 0;
	x->what = cli_option(c, "address") ? STR("address") : STR("part");
	x->address = str_from(cli_option(c, "address"));
	x->all = !x->number;
	if (x->address.n)
		return OK;
	if (!str_i64(str_from(file ? file : part), &k) || k < 0)
		return FAIL(ERR_SYNTAX, "the part is a number");
	x->part = k;
	return file ? part_of_file(c, books, x, k) : OK;
}

int cli_archive_redact(struct cli *c)
{
	struct redaction x = { 0 };
	struct books *books;
	int given = !!cli_option(c, "address") + !!cli_option(c, "file")
		    + !!cli_option(c, "part");
	if (given != 1)
		return cli_usage("say what is to go: --address, --file or --part");
	if (c->arg_count < 2 && !cli_option(c, "address"))
		return cli_usage("say out of which post, by its number");
	CLI_TRY(c, start(c, BOOKS_WRITE, &x, &books));
	CLI_TRY(c, read_what(c, books, &x));
	CLI_TRY(c, list_redact(books, c->a, &x, &cli_actor));
	CLI_TRY(c, clean(books));
	printf("Changed %lld posts. Backups made before hold what went still.\n",
	       (long long)x.changed);
	return CLI_OK;
}

int cli_archive_history(struct cli *c)
{
	struct redaction x = { 0 };
	struct books *books;
	struct archive_post p;
	struct redaction_row *rows;
	size_t n;
	bool found;
	CLI_TRY(c, start(c, BOOKS_READ, &x, &books));
	CLI_TRY(c, archive_post_by_number(books->archive, c->a, x.list->id, x.number, &p,
					  &found));
	if (!found)
		CLI_TRY(c, FAIL(ERR_NOTFOUND, "the list has no such post"));
	CLI_TRY(c, redactions_of_post(books->archive, c->a, p.id, &rows, &n));
	struct table *t = table_new(c, "at what by reason detail clean");
	for (size_t i = 0; i < n; i++)
		table_row(t, (str[]){ date_minute(c->a, rows[i].at), rows[i].what,
				      rows[i].actor, rows[i].reason, rows[i].detail,
				      rows[i].clean_at ? STR("yes") : STR("not yet") });
	table_print(t);
	return CLI_OK;
}
