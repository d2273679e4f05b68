/* The messages of Pipermail's files of months: 2008-May.txt.gz, an mbox in which authors are
 * "anna at uni.example (Anna)". */
#include "archive/import_inside.h"

#include "archive/import_walk.h"
#include "base/gzip.h"
#include "mail/mbox.h"

#include <stdlib.h>

enum { MONTH_MAX = 512 * 1024 * 1024 };

struct months {
	struct import_files files;
	size_t next;
	struct arena *a; /* of the month that is read */
	struct mbox mbox;
};

/* "2008-May.txt.gz" as 24100; 0: no month. */
static int month_of(str name)
{
	static const char *const names[] = { "January", "February", "March",
					     "April",   "May",      "June",
					     "July",    "August",   "September",
					     "October", "November", "December" };
	str year, rest, month, end;
	int64_t y;
	if (!str_cut(name, '-', &year, &rest) || year.n != 4 || !str_i64(year, &y)
	    || !str_cut(rest, '.', &month, &end))
		return 0;
	for (int i = 0; i < 12; i++)
		if (str_ieq(month, str_from(names[i])))
			return (int)y * 12 + i;
	return 0;
}

static int by_month(const void *p, const void *q)
{
	int x = month_of(((const struct import_file *)p)->name);
	int y = month_of(((const struct import_file *)q)->name);
	return (x > y) - (x < y);
}

static err open_months(struct import_source *s)
{
	struct months *x = s->state;
	x->next = 0;
	x->a = arena_new();
	mbox_open(&x->mbox, STR(""));
	return OK;
}

static void close_months(struct import_source *s)
{
	struct months *x = s->state;
	arena_free(x->a);
	x->a = NULL;
}

/* "From: anna at uni.example (Anna)" as it was. */
static str with_author(struct arena *a, str message)
{
	str head, rest, line, address, name;
	str from = str_starts(message, STR("From: "))
			   ? message
			   : str_find(message, STR("\r\nFrom: "));
	if (str_starts(from, STR("\r\n")))
		from = str_skip(from, 2);
	str body = str_find(message, STR("\r\n\r\n"));
	if (!from.n || from.n < body.n || !str_cut(from, '\r', &line, &rest)
	    || str_has(line, '@'))
		return message;
	str at = str_find(line, STR(" at "));
	if (!at.n || !str_cut(at, '(', &address, &name))
		return message;
	head = str_first(message, message.n - from.n);
	return arena_cat(a, head, str_first(line, line.n - at.n), STR("@"),
			 str_skip(address, 4), STR("("), name, STR("\r"), rest);
}

static err next_month(struct months *x, struct arena *a, struct import_message *m)
{
	str bytes = STR("");
	const struct import_file *f = &x->files.list[x->next++];
	arena_reset(x->a);
	m->unreadable = import_file_read(x->a, &x->files, f, MONTH_MAX, &bytes);
	if (!m->unreadable && str_starts(bytes, STR("\x1f\x8b"))) {
		err e = gzip_unpack(x->a, bytes, MONTH_MAX, &bytes);
		if (e.kind) {
			m->unreadable = arena_z(
				a, arena_printf(a, "%.*s: %s", STR_F(f->name), e.msg));
			bytes = STR("");
		}
	}
	mbox_open(&x->mbox, bytes);
	return OK;
}

static err next_message(struct import_source *s, struct arena *a,
			struct import_message *m, bool *more)
{
	struct months *x = s->state;
	struct mbox_message y;
	while (!mbox_next(&x->mbox, a, &y)) {
		*more = x->next < x->files.count;
		s->done = x->next;
		if (!*more)
			return OK;
		TRY(next_month(x, a, m));
		if (m->unreadable) /* the whole month is lost; it is one line of the report */
			return OK;
	}
	*more = true;
	m->bytes = with_author(a, y.bytes);
	m->offset = y.offset;
	return OK;
}

err import_months(struct arena *a, const char *folder, struct import_source **out)
{
	static const char *const ends[] = { ".txt", ".txt.gz", NULL };
	struct months *x = arena_zero(a, sizeof *x);
	struct import_source *s = arena_zero(a, sizeof *s);
	size_t n = 0;
	TRY(import_files_find(a, folder, ends, &x->files));
	for (size_t i = 0; i < x->files.count; i++)
		if (month_of(x->files.list[i].name)
		    && (!n
			|| month_of(x->files.list[i].name)
				   != month_of(x->files.list[n - 1].name)))
			x->files.list[n++] = x->files.list[i];
	x->files.count = n;
	if (!n)
		return err_in(a, ERR_NOTFOUND, "%s: there are no files of months in it",
			      folder);
	qsort(x->files.list, n, sizeof *x->files.list, by_month);
	*s = (struct import_source){ .open = open_months,
				     .next = next_message,
				     .close = close_months,
				     .of = n,
				     .state = x };
	*out = s;
	return OK;
}
