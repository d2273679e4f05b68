#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static err failed(struct arena *a, const char *what, const char *path)
{
	return err_in(a, errno == ENOENT ? ERR_NOTFOUND : ERR_IO, "%s %s: %s", what, path,
		      strerror(errno));
}

err file_read_fd(struct arena *a, int fd, size_t limit, str *out)
{
	BUF(b);
	for (;;) {
		char *at = buf_room(&b, 65536);
		ssize_t got = read(fd, at, 65536);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_in(a, ERR_IO, "cannot read: %s", strerror(errno));
		if (got == 0)
			break;
		b.n += (size_t)got;
		if (b.n > limit)
			return err_in(a, ERR_LIMIT, "larger than %zu bytes", limit);
	}
	*out = arena_copy(a, buf_str(&b));
	return OK;
}

err file_read(struct arena *a, const char *path, size_t limit, str *out)
{
	FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failed(a, "cannot open", path);
	err e = file_read_fd(a, fd, limit, out);
	return e.kind ? err_in(a, e.kind, "%s: %s", path, e.msg) : OK;
}

err file_write_all(struct arena *a, int fd, str s)
{
	while (s.n) {
		ssize_t put = write(fd, s.p, s.n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_in(a, ERR_IO, "cannot write: %s", strerror(errno));
		s = str_skip(s, (size_t)put);
	}
	return OK;
}

static err sync_folder(struct arena *a, const char *path)
{
	const char *dir = dirname(arena_z(a, str_from(path)));
	FD_AUTO fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd))
		return failed(a, "cannot sync the folder", dir);
	return OK;
}

err file_write(struct arena *a, const char *path, unsigned mode, str content)
{
	const char *fresh = arena_z(a, arena_cat(a, str_from(path), STR(".new")));
	unlink(fresh); /* of a writer that died; roles may not open with O_TRUNC */
	FD_AUTO fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return failed(a, "cannot create", fresh);
	err e = file_write_all(a, fd, content);
	if (!e.kind && fsync(fd))
		e = failed(a, "cannot sync", fresh);
	if (!e.kind && rename(fresh, path))
		e = failed(a, "cannot rename to", path);
	if (e.kind) {
		unlink(fresh);
		return e;
	}
	return sync_folder(a, path);
}

err file_mkdir(struct arena *a, const char *path, unsigned mode)
{
	if (mkdir(path, mode) && errno != EEXIST)
		return failed(a, "cannot make the folder", path);
	return OK;
}

uint64_t file_space(const char *path)
{
	struct statvfs v;
	return statvfs(path, &v) ? 0 : (uint64_t)v.f_bavail * v.f_frsize;
}
