#include "web/site/below.h"

#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

/* O_NONBLOCK: a FIFO keeps nobody waiting. */
enum { DEEP = 64 };

enum { READ = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC };

static const struct place nothing = { .fd = -1, .folder = -1 };

bool is_plain_name(str s)
{
	return s.n && s.n <= 255 && !str_has(s, '/') && s.p[0] != '.';
}

/* RFC 8615. */
static bool is_seen(str name, size_t depth)
{
	return is_plain_name(name) || (!depth && str_eq(name, STR(".well-known")));
}

static void open_place(int folder, const char *name, struct place *p)
{
	struct stat st;
	*p = nothing;
	int fd = openat(folder, name, READ);
	if (fd < 0)
		return;
	if (fstat(fd, &st) || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))) {
		close(fd);
		return;
	}
	p->kind = S_ISREG(st.st_mode) ? PLACE_FILE : PLACE_FOLDER;
	p->fd = fd;
	p->st = st;
}

void below_step(int folder, struct arena *a, str name, struct place *p)
{
	*p = nothing;
	if (is_plain_name(name))
		open_place(folder, arena_z(a, name), p);
	p->name = name;
}

void below_walk(int root, struct arena *a, const str *segments, size_t count,
		void (*folder)(void *ctx, int fd, size_t depth), void *ctx,
		struct place *p)
{
	struct place at, next;
	open_place(root, ".", &at);
	for (size_t i = 0; at.kind == PLACE_FOLDER; i++) {
		at.depth = i;
		if (folder)
			folder(ctx, at.fd, i);
		if (i == count)
			break;
		next = nothing;
		if (is_seen(segments[i], i))
			open_place(at.fd, arena_z(a, segments[i]), &next);
		next.name = segments[i];
		next.depth = i;
		if (next.kind == PLACE_FILE && i + 1 == count)
			next.folder = at.fd;
		else
			close(at.fd);
		if (next.kind == PLACE_FILE && i + 1 < count)
			place_close(&next);
		at = next;
	}
	if (!count)
		at.name = STR("");
	*p = at;
}

bool below_path(int root, struct arena *a, str path,
		void (*folder)(void *ctx, int fd, size_t depth), void *ctx,
		struct place *p)
{
	str segments[DEEP], rest = str_skip(path, 1);
	size_t n = 0;
	*p = nothing;
	if (!str_starts(path, STR("/")) || str_has(path, '\0'))
		return false;
	for (; rest.n && n < DEEP; n++)
		if (!str_cut(rest, '/', &segments[n], &rest)) {
			segments[n] = rest;
			rest = STR_NONE;
		}
	if (rest.n)
		return false;
	below_walk(root, a, segments, n, folder, ctx, p);
	return true;
}

void place_close(struct place *p)
{
	fd_close(&p->fd);
	fd_close(&p->folder);
	*p = nothing;
}
