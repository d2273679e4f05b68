#include "lists/import/moving.h"

#include "base/buf.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

enum { TEXT_FILE = 16 << 20, NAMES = 10000000 };

err moving_read(struct arena *a, str path, size_t limit, str *text)
{
	err e = file_read(a, arena_z(a, path), limit, text);
	return err_is_passing(e) ? err_in(a, ERR_SYNTAX, "%s", e.msg) : e;
}

err moving_text(struct moving *x, str path, str *text)
{
	return moving_read(x->a, path, TEXT_FILE, text);
}

str moving_crlf(struct arena *a, str text)
{
	BUF(b);
	str line;
	while (text.n) {
		bool ended = str_has(text, '\n');
		(void)str_line(&text, &line);
		buf_cat(&b, line, ended ? STR("\r\n") : STR(""));
	}
	return arena_copy(a, buf_str(&b));
}

static bool is_number(str s)
{
	uint64_t n;
	return str_u64(s, &n);
}

static int by_name(const void *p, const void *q)
{
	return str_cmp(*(const str *)p, *(const str *)q);
}

static int by_value(const void *p, const void *q)
{
	uint64_t a = 0, b = 0;
	(void)str_u64(*(const str *)p, &a);
	(void)str_u64(*(const str *)q, &b);
	return a < b ? -1 : a > b;
}

static void add_name(struct arena *a, str **names, size_t *n, size_t *room, str name)
{
	if (*n == *room) {
		*room = *room ? 2 * *room : 256;
		str *wider = arena_alloc(a, *room * sizeof **names);
		if (*n)
			memcpy(wider, *names, *n * sizeof **names);
		*names = wider;
	}
	(*names)[(*n)++] = arena_copy(a, name);
}

err moving_names(struct moving *x, str folder, bool by_number, str **out, size_t *count)
{
	str *names = NULL;
	size_t n = 0, room = 0;
	DIR *d = opendir(arena_z(x->a, folder));
	if (!d && errno != ENOENT && errno != ENOTDIR)
		return err_in(x->a, ERR_NOTFOUND, "%.*s: %s", STR_F(folder),
			      strerror(errno));
	for (struct dirent *f; d && n < NAMES && (f = readdir(d));) {
		str name = str_from(f->d_name);
		if (name.p[0] != '.' && (!by_number || is_number(name)))
			add_name(x->a, &names, &n, &room, name);
	}
	if (d)
		closedir(d);
	if (n)
		qsort(names, n, sizeof *names, by_number ? by_value : by_name);
	*out = names;
	*count = n;
	return OK;
}
