/* The messages of a Maildir: a file each, in new/ and cur/. */
#include "archive/import_inside.h"
#include "archive/import_walk.h"

#include "base/file.h"
#include "mail/convert.h"
#include "store/archive/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

enum { FILES_MAX = 4 * 1024 * 1024 };

struct entry {
	str name;   /* below the folder: "cur/1210234567.M1P2.host:2,S" */
	int64_t at; /* seconds, as the name begins */
};

struct maildir {
	const char *folder;
	struct entry *files;
	size_t count, room, next;
};

/* "1210234567.M1P2.host:2,ST": flags stand in alphabetical order behind the comma. */
static bool is_trashed(str name)
{
	str head, flags;
	return str_cut_last(name, ':', &head, &flags) && str_starts(flags, STR("2,"))
	       && str_has(flags, 'T');
}

static void add_file(struct arena *a, struct maildir *m, const char *below, str name)
{
	size_t digits = 0;
	struct entry e = { 0 };
	while (digits < name.n && chr_is_digit(name.p[digits]))
		digits++;
	if (!str_i64(str_first(name, digits), &e.at))
		e.at = 0;
	e.name = arena_cat(a, str_from(below), STR("/"), name);
	if (m->count == m->room) {
		size_t room = m->room ? 2 * m->room : 1024;
		struct entry *more = arena_alloc(a, room * sizeof *more);
		if (m->count)
			memcpy(more, m->files, m->count * sizeof *more);
		m->files = more;
		m->room = room;
	}
	m->files[m->count++] = e;
}

static int by_time(const void *x, const void *y)
{
	const struct entry *p = x, *q = y;
	if (p->at != q->at)
		return p->at < q->at ? -1 : 1;
	size_t n = p->name.n < q->name.n ? p->name.n : q->name.n;
	int order = memcmp(p->name.p + 3, q->name.p + 3, n - 3); /* "cur" is "new" */
	return order ? order : (p->name.n > q->name.n) - (p->name.n < q->name.n);
}

static err list_files(struct arena *a, struct maildir *m, int folder, const char *below,
		      bool *found)
{
	int fd = openat(folder, below, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;
	if (!dir && fd < 0 && errno == ENOENT)
		return OK;
	if (!dir)
		return err_in(a, ERR_IO, "%s/%s: %s", m->folder, below, strerror(errno));
	*found = true;
	while (m->count < FILES_MAX && (d = readdir(dir)))
		if (d->d_name[0] != '.' && !is_trashed(str_from(d->d_name)))
			add_file(a, m, below, str_from(d->d_name));
	closedir(dir);
	return m->count < FILES_MAX
		       ? OK
		       : err_in(a, ERR_LIMIT, "%s: too many files", m->folder);
}

static err open_maildir(struct import_source *s)
{
	struct maildir *m = s->state;
	m->next = 0;
	return OK;
}

static void close_maildir(struct import_source *s)
{
	(void)s; /* each file is closed when it has been read */
}

static err next_message(struct import_source *s, struct arena *a,
			struct import_message *out, bool *more)
{
	struct maildir *m = s->state;
	*more = m->next < m->count;
	if (!*more)
		return OK;
	const struct entry *e = &m->files[m->next++];
	str text = STR("");
	const struct import_files folder = { .folder = m->folder };
	const struct import_file file = { .name = e->name };
	const char *unreadable = import_file_read(a, &folder, &file, ARCHIVE_MESSAGE_MAX,
						  &text);
	*out = (struct import_message){ .bytes = import_lines(a, text),
					.arrived = e->at,
					.unreadable = unreadable };
	s->done = m->next;
	return OK;
}

err import_maildir(struct arena *a, const char *folder, struct import_source **out)
{
	struct maildir *m = arena_zero(a, sizeof *m);
	struct import_source *s = arena_zero(a, sizeof *s);
	bool found = false;
	m->folder = folder;
	FD_AUTO fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_in(a, ERR_IO, "%s: %s", folder, strerror(errno));
	*s = (struct import_source){ .open = open_maildir,
				     .next = next_message,
				     .close = close_maildir,
				     .state = m };
	TRY(list_files(a, m, fd, "new", &found));
	TRY(list_files(a, m, fd, "cur", &found));
	if (!found)
		return err_in(a, ERR_NOTFOUND, "%s: no Maildir: there is no cur in it",
			      folder);
	if (m->count)
		qsort(m->files, m->count, sizeof *m->files, by_time);
	s->of = m->count;
	*out = s;
	return OK;
}
