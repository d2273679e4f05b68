/* postern member import, sync: members out of a file, however many. */
#include "base/buf.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/map.h"
#include "cli/cli.h"
#include "lists/members.h"

#include <stdio.h>
#include <unistd.h>

enum { INPUT_MAX = 64 << 20, BATCH = 5000, WRONG_SHOWN = 20 };

struct filing {
	struct cli *c;
	struct books *books;
	const struct list_entry *list;
	str text, rest; /* of the file: all, and what is to be read */
	size_t records, added, removed, kept, wrong;
};

/* ---- the file */

static err open_file(struct filing *x, struct cli *c, enum books_mode mode)
{
	bool file = c->arg_count > 1 && strcmp(c->args[1], "-");
	x->c = c;
	TRY(cli_books(c, mode, &x->books));
	TRY(cli_list(c, c->args[0], &x->list));
	TRY(file ? file_read(c->a, c->args[1], INPUT_MAX, &x->text)
		 : cli_stdin(c, INPUT_MAX, &x->text));
	x->rest = x->text;
	return OK;
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

static err read_line(struct filing *x, struct arena *a, str raw, struct mailbox *who)
{
	struct mailbox *m;
	size_t n;
	TRY(address_list(a, raw, &m, &n));
	if (n != 1 || !m[0].address.domain.n)
		return err_in(a, ERR_SYNTAX, "\"%.*s\" is not one address",
			      STR_F(cli_shown(x->c->a, raw)));
	*who = m[0];
	return OK;
}

/* Records address,name, after a line that says so; or lines as member add takes them.
 * False at the end. *e: what is wrong with this one. */
static bool next_record(struct filing *x, struct arena *a, struct mailbox *who, err *e)
{
	str fields[2], raw;
	while (csv_record(a, &x->rest, fields, 2, &raw)) {
		if (!raw.n || raw.p[0] == '#'
		    || (!x->records && str_ieq(fields[0], STR("address"))))
			continue;
		x->records++;
		*who = (struct mailbox){ .name = fields[1] };
		*e = OK;
		if (address_parse(a, fields[0], &who->address).kind)
			*e = read_line(x, a, raw, who);
		return true;
	}
	return false;
}

/* ---- adding */

/* What is wrong is told and skipped; what is right is done. */
static err admit(struct filing *x, struct arena *a, const struct mailbox *who, err e)
{
	if (!e.kind)
		e = member_admit(x->books, a, x->list, who, false, &cli_actor);
	if (err_is_passing(e))
		return err_in(x->c->a, e.kind, "%s", e.msg);
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
		struct mailbox who;
		err e;
		if (!next_record(x, a, &who, &e)) {
			*more = false;
			return OK;
		}
		TRY(admit(x, a, &who, e));
	}
	return OK;
}

/* In parts, so that nobody else who writes the book waits for all of it. */
static err admit_all(struct filing *x)
{
	for (bool more = true; more;) {
		TRY(book_begin(x->books->lists));
		TRY(book_end(x->books->lists, admit_some(x, &more)));
		show_progress(x->records, "read", x->text.n - x->rest.n, x->text.n);
	}
	end_progress();
	return OK;
}

int cli_member_import(struct cli *c)
{
	struct filing x = { 0 };
	CLI_TRY(c, open_file(&x, c, BOOKS_WRITE));
	CLI_TRY(c, admit_all(&x));
	printf("%zu added, %zu not\n", x.added, x.wrong);
	return x.wrong ? CLI_FAILED : CLI_OK;
}

/* ---- making a list what the file says */

struct listed { /* a value of the map: where it stands in the file, and whether it is in */
	struct mailbox who;
	bool is_member;
	struct listed *next; /* as they stand in the file */
};

struct wanted {
	struct map by_key;
	struct listed *first, **end;
};

static err add_wanted(struct filing *x, struct wanted *w, const struct mailbox *who)
{
	struct arena *a = x->c->a;
	str key = address_key(a, &who->address);
	if (map_get(&w->by_key, key))
		return OK;
	struct listed *one = arena_zero(a, sizeof *one);
	one->who = *who;
	*w->end = one;
	w->end = &one->next;
	map_set(&w->by_key, key, one);
	return OK;
}

/* All of it is read before anything is done: a member must not be lost by a slip of the
 * pen, nor all of them by a file that is empty. */
static err read_wanted(struct filing *x, struct wanted *w)
{
	struct mailbox who;
	err e;
	while (next_record(x, x->c->a, &who, &e)) {
		if (!e.kind)
			e = add_wanted(x, w, &who);
		if (e.kind && x->wrong++ < WRONG_SHOWN)
			fprintf(stderr, "postern: record %zu: %s\n", x->records, e.msg);
	}
	if (x->wrong)
		return err_in(x->c->a, ERR_SYNTAX,
			      "%zu records are wrong; nothing was changed", x->wrong);
	if (!w->first)
		return FAIL(ERR_SYNTAX, "the file names nobody; nothing was changed. "
					"To end memberships: postern member remove");
	return OK;
}

struct leaving {
	int64_t *ids;
	size_t count, room;
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
		TRY(member_list(x->books->lists, a, x->list->id, after, BATCH, &m, &n));
		for (size_t i = 0; i < n; i++) {
			struct listed *one = map_get(&w->by_key, m[i].key);
			if (one)
				one->is_member = true;
			else
				add_leaving(x->c->a, l, m[i].id);
			x->kept += one != NULL;
		}
		after = n ? m[n - 1].id : after;
	}
	return OK;
}

static err end_some(struct filing *x, const struct leaving *l, size_t from)
{
	for (size_t i = from; i < l->count && i < from + BATCH; i++) {
		ARENA(a);
		err e = member_end_by_id(x->books, a, x->list, l->ids[i], false,
					 &cli_actor);
		if (e.kind && e.kind != ERR_NOTFOUND) /* left meanwhile */
			return err_in(x->c->a, e.kind, "%s", e.msg);
		x->removed += !e.kind;
	}
	return OK;
}

static err end_all(struct filing *x, const struct leaving *l)
{
	for (size_t from = 0; from < l->count; from += BATCH) {
		TRY(book_begin(x->books->lists));
		TRY(book_end(x->books->lists, end_some(x, l, from)));
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
			TRY(admit(x, a, &(*one)->who, OK));
	}
	return OK;
}

static err enter_all(struct filing *x, const struct wanted *w)
{
	size_t all = w->by_key.used - x->kept;
	for (struct listed *one = w->first; one;) {
		TRY(book_begin(x->books->lists));
		TRY(book_end(x->books->lists, enter_some(x, &one)));
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
	if (dry) {
		x->added = w->by_key.used - x->kept;
		x->removed = l.count;
		return OK;
	}
	TRY(enter_all(x, w));
	return end_all(x, &l);
}

int cli_member_sync(struct cli *c)
{
	struct filing x = { 0 };
	struct wanted w = { 0 };
	bool dry = cli_option(c, "dry-run");
	w.end = &w.first;
	CLI_TRY(c, open_file(&x, c, dry ? BOOKS_READ : BOOKS_WRITE));
	err e = make_equal(&x, &w, dry);
	map_free(&w.by_key);
	CLI_TRY(c, e);
	printf(dry ? "%zu would be added, %zu removed, %zu are there\n"
		   : "%zu added, %zu removed, %zu were there\n",
	       x.added, x.removed, x.kept);
	return x.wrong ? CLI_FAILED : CLI_OK;
}
