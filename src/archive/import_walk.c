#include "archive/import_walk.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { DEEP = 4, FILES_MAX = 4 * 1024 * 1024 };

struct walk {
	struct arena *a;
	struct import_files *out;
	const char *const *ends;
};

static err walk_folder(struct walk *w, int above, str name, int depth);

static void add_file(struct walk *w, str name)
{
	struct import_files *x = w->out;
	if (x->count == x->room) {
		size_t room = x->room ? 2 * x->room : 1024;
		struct import_file *more = arena_alloc(w->a, room * sizeof *more);
		if (x->count)
			memcpy(more, x->list, x->count * sizeof *more);
		x->list = more;
		x->room = room;
	}
	x->list[x->count++].name = name;
}

static err see_entry(struct walk *w, int fd, str below, str entry, int depth)
{
	struct stat s;
	str name = below.n ? arena_cat(w->a, below, STR("/"), entry)
			   : arena_copy(w->a, entry);
	if (str_starts(entry, STR("."))
	    || fstatat(fd, arena_z(w->a, entry), &s, AT_SYMLINK_NOFOLLOW))
		return OK;
	if (S_ISDIR(s.st_mode) && depth < DEEP)
		return walk_folder(w, fd, name, depth + 1);
	for (size_t i = 0; S_ISREG(s.st_mode) && w->ends[i]; i++)
		if (str_ends(entry, str_from(w->ends[i]))) {
			add_file(w, name);
			break;
		}
	return w->out->count < FILES_MAX ? OK : FAIL(ERR_LIMIT, "too many files");
}

/* name: below the folder of the import; its last word below `above`. */
static err walk_folder(struct walk *w, int above, str name, int depth)
{
	str head, last = name;
	(void)str_cut_last(name, '/', &head, &last);
	const char *path = depth ? arena_z(w->a, last) : w->out->folder;
	int fd = openat(above, path,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth ? O_NOFOLLOW : 0));
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;
	err e = OK;
	if (!dir)
		return err_in(w->a, ERR_IO, "%s: %s", path, strerror(errno));
	while (!e.kind && (d = readdir(dir)))
		e = see_entry(w, dirfd(dir), name, str_from(d->d_name), depth);
	closedir(dir);
	return e;
}

static size_t digits(str s)
{
	size_t n = 0;
	while (n < s.n && chr_is_digit(s.p[n]))
		n++;
	return n;
}

/* msg9.html stands before msg10.html. */
static int by_name(const void *p, const void *q)
{
	str x = ((const struct import_file *)p)->name;
	str y = ((const struct import_file *)q)->name;
	while (x.n && y.n) {
		size_t n = digits(x), m = digits(y);
		if (n != m && n && m)
			return n < m ? -1 : 1;
		if (x.p[0] != y.p[0])
			return (unsigned char)x.p[0] < (unsigned char)y.p[0] ? -1 : 1;
		x = str_skip(x, 1);
		y = str_skip(y, 1);
	}
	return (x.n > y.n) - (x.n < y.n);
}

err import_files_find(struct arena *a, const char *folder, const char *const *ends,
		      struct import_files *out)
{
	struct walk w = { .a = a, .out = out, .ends = ends };
	*out = (struct import_files){ .folder = folder };
	TRY(walk_folder(&w, AT_FDCWD, STR(""), 0));
	if (out->count)
		qsort(out->list, out->count, sizeof *out->list, by_name);
	return OK;
}

const char *import_file_read(struct arena *a, const struct import_files *x,
			     const struct import_file *f, size_t limit, str *bytes)
{
	struct stat st;
	const char *path = arena_z(a,
				   arena_cat(a, str_from(x->folder), STR("/"), f->name));
	FD_AUTO fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return arena_z(a, arena_printf(a, "%s: %s", path,
					       errno == ELOOP ? "a symbolic link"
							      : strerror(errno)));
	if (!S_ISREG(st.st_mode))
		return arena_z(a, arena_printf(a, "%s: no file", path));
	err e = file_read_fd(a, fd, limit, bytes);
	return e.kind ? arena_z(a, arena_printf(a, "%s: %s", path, e.msg)) : NULL;
}
