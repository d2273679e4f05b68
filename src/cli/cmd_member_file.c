/* postern member import, sync: members out of a file, however many. */
#include "base/clock.h"
#include "base/map.h"
#include "cli/cmd_member_record.h"
#include "lists/members.h"
#include "store/lists/planned.h"

#include <stdio.h>
#include <unistd.h>

enum { BATCH = 5000, WRONG_SHOWN = 20 };

struct filing {
	struct record_file file;
	size_t added, removed, kept, wrong;
};

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

/* ---- adding */

/* What is wrong is told and skipped; what is right is done. */
static err admit(struct filing *x, struct arena *a, const struct record *r, err e)
{
	if (!e.kind)
		e = record_admit(&x->file, a, r);
	if (err_is_passing(e))
		return err_in(x->file.c->a, e.kind, "%s", e.msg);
	x->added += !e.kind;
	x->wrong += e.kind != ERR_NONE;
	if (e.kind) {
		end_progress();
		fprintf(stderr, "postern: %s\n", e.msg);
	}
	return OK;
}

static err admit_some(struct filing *x, bool *more)
{
	for (size_t i = 0; i < BATCH; i++) {
		ARENA(a);
		struct record r;
		err e;
		if (!record_next(&x->file, a, &r, &e)) {
			*more = false;
			return OK;
		}
		TRY(admit(x, a, &r, e));
	}
	return OK;
}

/* In parts, so that nobody else who writes the book waits for all of it. */
static err admit_all(struct filing *x)
{
	const struct record_file *f = &x->file;
	for (bool more = true; more;) {
		TRY(book_begin(f->books->lists));
		TRY(book_end(f->books->lists, admit_some(x, &more)));
		show_progress(f->records, "read", f->text.n - f->rest.n, f->text.n);
	}
	end_progress();
	return OK;
}

int cli_member_import(struct cli *c)
{
	struct filing x = { 0 };
	CLI_TRY(c, record_file_open(&x.file, c, BOOKS_WRITE));
	CLI_TRY(c, admit_all(&x));
	printf("%zu added, %zu not\n", x.added, x.wrong);
	return x.wrong ? CLI_FAILED : CLI_OK;
}

/* ---- making a list what the file says */

struct listed { /* a value of the map: where it stands in the file, and whether it is in */
	struct record record;
	bool is_member;      /* or is to be one */
	struct listed *next; /* as they stand in the file */
};

struct wanted {
	struct map by_key;
	struct listed *first, **end;
};

static err add_wanted(struct filing *x, struct wanted *w, const struct record *r)
{
	struct arena *a = x->file.c->a;
	str key = address_key(a, &r->who.address);
	if (map_get(&w->by_key, key))
		return OK;
	struct listed *one = arena_zero(a, sizeof *one);
	one->record = *r;
	*w->end = one;
	w->end = &one->next;
	map_set(&w->by_key, key, one);
	return OK;
}

/* All of it is read before anything is done: a member must not be lost by a slip of the
 * pen, nor all of them by a file that is empty. */
static err read_wanted(struct filing *x, struct wanted *w)
{
	struct record r;
	err e;
	while (record_next(&x->file, x->file.c->a, &r, &e)) {
		if (!e.kind)
			e = add_wanted(x, w, &r);
		if (e.kind && x->wrong++ < WRONG_SHOWN)
			fprintf(stderr, "postern: record %zu: %s\n", x->file.records,
				e.msg);
	}
	if (x->wrong)
		return err_in(x->file.c->a, ERR_SYNTAX,
			      "%zu records are wrong; nothing was changed", x->wrong);
	if (!w->first)
		return FAIL(ERR_SYNTAX, "the file names nobody; nothing was changed. "
					"To end memberships: postern member remove");
	return OK;
}

struct leaving {
	int64_t *ids;
	size_t count, room;
	struct planned_row *plans; /* which are to go are the first of these */
	size_t plan_count;
};

static void add_leaving(struct arena *a, struct leaving *l, int64_t id)
{
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : BATCH;
		int64_t *ids = arena_alloc(a, room * sizeof *ids);
		if (l->count)
			memcpy(ids, l->ids, l->count * sizeof *ids);
		l->ids = ids;
		l->room = room;
	}
	l->ids[l->count++] = id;
}

/* Who is in and stays, and who is in and is not in the file. */
static err compare(struct filing *x, const struct wanted *w, struct leaving *l)
{
	int64_t after = 0;
	size_t n = BATCH;
	while (n == BATCH) {
		ARENA(a);
		struct member_row *m;
		TRY(member_list(x->file.books->lists, a, x->file.list->id, after, BATCH,
				&m, &n));
		for (size_t i = 0; i < n; i++) {
			struct listed *one = map_get(&w->by_key, m[i].key);
			if (one)
				one->is_member = true;
			else
				add_leaving(x->file.c->a, l, m[i].id);
			x->kept += one != NULL;
		}
		after = n ? m[n - 1].id : after;
	}
	return OK;
}

/* Who is to be a member on a day stays so, where the file says that of them, too. */
static err compare_plans(struct filing *x, const struct wanted *w, struct leaving *l)
{
	size_t n;
	TRY(planned_list(x->file.books->lists, x->file.c->a, x->file.list->id, &l->plans,
			 &n));
	for (size_t i = 0; i < n; i++) {
		struct listed *one = map_get(&w->by_key, l->plans[i].key);
		if (!one) {
			l->plans[l->plan_count++] = l->plans[i];
		} else if (one->record.term.first > clock_now()) {
			one->is_member = true;
			x->kept++;
		}
	}
	return OK;
}

static err drop_plans(struct filing *x, const struct leaving *l)
{
	for (size_t i = 0; i < l->plan_count; i++) {
		err e = member_plan_drop(x->file.books, x->file.c->a, x->file.list,
					 l->plans[i].address, &cli_actor);
		if (e.kind && e.kind != ERR_NOTFOUND)
			return e;
		x->removed += !e.kind;
	}
	return OK;
}

static err end_some(struct filing *x, const struct leaving *l, size_t from)
{
	for (size_t i = from; i < l->count && i < from + BATCH; i++) {
		ARENA(a);
		err e = member_end_by_id(x->file.books, a, x->file.list, l->ids[i], false,
					 &cli_actor);
		if (e.kind && e.kind != ERR_NOTFOUND) /* left meanwhile */
			return err_in(x->file.c->a, e.kind, "%s", e.msg);
		x->removed += !e.kind;
	}
	return OK;
}

static err end_all(struct filing *x, const struct leaving *l)
{
	for (size_t from = 0; from < l->count; from += BATCH) {
		TRY(book_begin(x->file.books->lists));
		TRY(book_end(x->file.books->lists, end_some(x, l, from)));
		show_progress(x->removed, "removed", x->removed, l->count);
	}
	end_progress();
	return OK;
}

static err enter_some(struct filing *x, struct listed **one)
{
	for (size_t i = 0; *one && i < BATCH; *one = (*one)->next, i++) {
		ARENA(a);
		if (!(*one)->is_member)
			TRY(admit(x, a, &(*one)->record, OK));
	}
	return OK;
}

static err enter_all(struct filing *x, const struct wanted *w)
{
	size_t all = w->by_key.used - x->kept;
	for (struct listed *one = w->first; one;) {
		TRY(book_begin(x->file.books->lists));
		TRY(book_end(x->file.books->lists, enter_some(x, &one)));
		show_progress(x->added, "added", x->added, all);
	}
	end_progress();
	return OK;
}

static err make_equal(struct filing *x, struct wanted *w, bool dry)
{
	struct leaving l = { 0 };
	TRY(read_wanted(x, w));
	TRY(compare(x, w, &l));
	TRY(compare_plans(x, w, &l));
	if (dry) {
		x->added = w->by_key.used - x->kept;
		x->removed = l.count + l.plan_count;
		return OK;
	}
	TRY(enter_all(x, w));
	TRY(end_all(x, &l));
	return drop_plans(x, &l);
}

int cli_member_sync(struct cli *c)
{
	struct filing x = { 0 };
	struct wanted w = { 0 };
	bool dry = cli_option(c, "dry-run");
	w.end = &w.first;
	CLI_TRY(c, record_file_open(&x.file, c, dry ? BOOKS_READ : BOOKS_WRITE));
	err e = make_equal(&x, &w, dry);
	map_free(&w.by_key);
	CLI_TRY(c, e);
	printf(dry ? "%zu would be added, %zu removed, %zu are there\n"
		   : "%zu added, %zu removed, %zu were there\n",
	       x.added, x.removed, x.kept);
	return x.wrong ? CLI_FAILED : CLI_OK;
}
