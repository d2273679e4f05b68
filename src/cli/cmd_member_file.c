/* postern member import, sync: members out of a file, however many. */
#include "base/file.h"
#include "cli/cmd_member_inside.h"
#include "lists/roster.h"

#include <stdio.h>
#include <unistd.h>

enum { BATCH = 5000 };

struct filing {
	struct cli *c;
	struct books *books;
	struct roster_file file;
	size_t added, changed, removed, wrong;
};

/* The file that the second argument names, or standard input. */
static err open_file(struct filing *x, struct cli *c, enum books_mode mode)
{
	bool file = c->arg_count > 1 && strcmp(c->args[1], "-");
	const struct list_entry *list;
	str text;
	x->c = c;
	TRY(cli_open_list(c, mode, &x->books, &list));
	TRY(file ? file_read(c->a, c->args[1], CLI_INPUT_MAX, &text)
		 : cli_stdin(c, CLI_INPUT_MAX, &text));
	return roster_open(&x->file, x->books, c->a, list, text);
}

/* On a terminal, over and over in one line; what is said next begins a new one. */
static void show_progress(size_t n, const char *what, size_t at, size_t of)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%zu %s, %zu %%", n, what, of ? at * 100 / of : 100);
}

static void end_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr); /* ECMA-48: to the end of the line */
}

/* What is wrong is told and skipped; what is right is done. */
static err noted(struct filing *x, err e, enum roster_verb did)
{
	if (err_is_passing(e))
		return err_in(x->c->a, e.kind, "%s", e.msg);
	if (e.kind == ERR_NOTFOUND && did == ROSTER_REMOVE) /* left meanwhile */
		return OK;
	x->added += !e.kind && did == ROSTER_ADD;
	x->changed += !e.kind && did == ROSTER_CHANGE;
	x->removed += !e.kind && did == ROSTER_REMOVE;
	x->wrong += e.kind != ERR_NONE;
	if (e.kind) {
		ARENA(a);
		end_progress();
		fprintf(stderr, "postern: %.*s\n", STR_F(cli_shown(a, str_from(e.msg))));
	}
	return OK;
}

/* ---- adding */

static err admit_some(struct filing *x, bool *more)
{
	ARENA(all);
	TRY(roster_begin(&x->file, all));
	for (size_t i = 0; i < BATCH; i++) {
		ARENA(a);
		struct roster_record r;
		enum roster_verb did = ROSTER_ADD;
		err e;
		if (!roster_next(&x->file, a, &r, &e)) {
			*more = false;
			return OK;
		}
		if (!e.kind)
			e = roster_enter(&x->file, a, &r, &cli_actor, &did);
		TRY(noted(x, e, did));
	}
	return OK;
}

/* In parts, so that nobody else who writes the book waits for all of it. */
static err admit_all(struct filing *x)
{
	const struct roster_file *f = &x->file;
	for (bool more = true; more;) {
		TRY(book_begin(x->books->lists));
		TRY(book_end(x->books->lists, admit_some(x, &more)));
		show_progress(f->records, "read", f->text.n - f->rest.n, f->text.n);
	}
	end_progress();
	return OK;
}

int cli_member_import(struct cli *c)
{
	struct filing x = { 0 };
	CLI_TRY(c, open_file(&x, c, BOOKS_WRITE));
	CLI_TRY(c, admit_all(&x));
	printf("%zu added, ", x.added);
	if (x.changed)
		printf("%zu changed, ", x.changed);
	printf("%zu not\n", x.wrong);
	return x.wrong ? CLI_FAILED : CLI_OK;
}

/* ---- making a list what the file says */

static err check(struct filing *x, const struct roster_plan *plan)
{
	for (size_t i = 0; i < plan->wrong && i < ROSTER_FAULTS; i++)
		fprintf(stderr, "postern: %.*s\n",
			STR_F(cli_shown(x->c->a, plan->faults[i])));
	return plan->wrong
		       ? err_in(x->c->a, ERR_SYNTAX,
				"%zu records are wrong; nothing was changed", plan->wrong)
		       : OK;
}

static err do_some(struct filing *x, const struct roster_act **act)
{
	ARENA(all);
	TRY(roster_begin(&x->file, all));
	for (size_t i = 0; *act && i < BATCH; *act = (*act)->next, i++) {
		ARENA(a);
		enum roster_verb did = ROSTER_ADD;
		err e = roster_do(&x->file, a, *act, false, &cli_actor, &did);
		TRY(noted(x, e, did));
	}
	return OK;
}

static void show_last(const struct filing *x, const struct roster_plan *plan,
		      const struct roster_act *next)
{
	bool removes = !next || next->verb == ROSTER_REMOVE;
	if (removes && plan->to_remove)
		show_progress(x->removed, "removed", x->removed, plan->to_remove);
	else
		show_progress(x->added + x->changed, "added", x->added + x->changed,
			      plan->to_add + plan->to_change);
}

static err do_all(struct filing *x, const struct roster_plan *plan)
{
	for (const struct roster_act *next = plan->first; next;) {
		TRY(book_begin(x->books->lists));
		TRY(book_end(x->books->lists, do_some(x, &next)));
		show_last(x, plan, next);
	}
	end_progress();
	return OK;
}

static err make_equal(struct filing *x, struct roster_plan *plan, bool dry)
{
	TRY(roster_compare(&x->file, ROSTER_SYNC, plan));
	TRY(check(x, plan));
	if (!dry)
		return do_all(x, plan);
	x->added = plan->to_add;
	x->changed = plan->to_change;
	x->removed = plan->to_remove;
	return OK;
}

int cli_member_sync(struct cli *c)
{
	struct filing x = { 0 };
	struct roster_plan plan = { 0 };
	bool dry = cli_option(c, "dry-run");
	CLI_TRY(c, open_file(&x, c, dry ? BOOKS_READ : BOOKS_WRITE));
	err e = make_equal(&x, &plan, dry);
	roster_plan_free(&plan);
	CLI_TRY(c, e);
	printf(dry ? "%zu would be added, " : "%zu added, ", x.added);
	if (x.changed)
		printf("%zu changed, ", x.changed);
	printf(dry ? "%zu removed, %zu are there\n" : "%zu removed, %zu were there\n",
	       x.removed, plan.kept);
	return x.wrong ? CLI_FAILED : CLI_OK;
}
