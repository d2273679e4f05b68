#include "lists/import/moving.h"

#include "base/buf.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_FILE = 16 << 20, NAMES = 10000000 };

/* Where the file is that was opened, whatever links led there. */
static bool real_place(struct arena *a, int fd, str *place)
{
	char *at = arena_alloc(a, PATH_MAX);
	str link = arena_printf(a, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(arena_z(a, link), at, PATH_MAX);
	*place = (str){ at, n > 0 ? (size_t)n : 0 };
	return n > 0;
}

/* Below what was named: the folder that is moved, or one beside it. */
static bool is_inside(const struct moving *x, struct arena *a, int fd, str path)
{
	str folder = x->dir ? str_from(x->dir) : STR_NONE, name, place;
	if (!folder.n || !str_starts(path, folder))
		(void)str_cut_last(path, '/', &folder, &name);
	char *root = realpath(*arena_z(a, folder) ? arena_z(a, folder) : "/", NULL);
	str all = root ? arena_cat(a, str_from(root), STR("/")) : STR("/");
	free(root);
	return real_place(a, fd, &place)
	       && (str_eq(all, STR("//")) || str_starts(place, all));
}

/* Who runs an import may read everything, who made the folder may not: a link in it that
 * leads to others' files is not followed, and nobody waits for a pipe's other end. */
err moving_open(const struct moving *x, struct arena *a, str path, int *out)
{
	struct stat s;
	FD_AUTO fd = open(arena_z(a, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &s))
		return err_in(a,
			      errno == ENOENT || errno == ENOTDIR ? ERR_NOTFOUND
								  : ERR_SYNTAX,
			      "%.*s: %s", STR_F(path), strerror(errno));
	if (!S_ISREG(s.st_mode))
		return err_in(a, ERR_SYNTAX, "%.*s: it is no plain file", STR_F(path));
	if (!is_inside(x, a, fd, path))
		return err_in(a, ERR_SYNTAX,
			      "%.*s: a link that leads out of the folder is not "
			      "followed: copy there what it leads to",
			      STR_F(path));
	*out = fd;
	fd = -1;
	return OK;
}

err moving_read(const struct moving *x, struct arena *a, str path, size_t limit,
		str *text)
{
	int opened;
	TRY(moving_open(x, a, path, &opened));
	FD_AUTO fd = opened;
	err e = file_read_fd(a, fd, limit, text);
	return e.kind ? err_in(a, e.kind == ERR_LIMIT ? ERR_LIMIT : ERR_SYNTAX,
			       "%.*s: %s", STR_F(path), e.msg)
		      : OK;
}

err moving_text(struct moving *x, str path, str *text)
{
	return moving_read(x, x->a, path, TEXT_FILE, text);
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
