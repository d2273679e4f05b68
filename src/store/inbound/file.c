#include "store/inbound/file.h"

#include "base/file.h"
#include "base/log.h"
#include "base/rand.h"
#include "store/table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME_BYTES = 15, ORPHAN_AGE = 3600 };

static const char *folder_of(struct arena *a, str data)
{
	return arena_z(a,
		       arena_cat(a, book_folder(a, data, BOOK_INBOUND), STR("/files")));
}

/* A name comes from a row; one that is no plain name is not followed. */
static bool name_is_plain(str name)
{
	return name.n && !str_has(name, '/') && !str_has(name, '\0') && name.p[0] != '.';
}

static const char *path_of(struct arena *a, str data, str name)
{
	return arena_z(a, arena_cat(a, str_from(folder_of(a, data)), STR("/"), name));
}

static err failed(struct arena *a, const char *what, const char *path)
{
	int code = errno;
	bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
	enum err_kind kind = full ? ERR_TEMP : code == ENOENT ? ERR_NOTFOUND : ERR_IO;
	return err_in(a, kind, "cannot %s %s: %s%s", what, path, strerror(code),
		      full ? "; free space on its disk" : "");
}

static err sync_folder(struct arena *a, const char *folder)
{
	FD_AUTO fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) ? failed(a, "sync the folder", folder) : OK;
}

/* The folder is made with its first file. Its own entry must be on the disk before a
 * message relies on it, also where another thread has just made it: so each process
 * syncs once. */
static err make_folder(struct arena *a, str data)
{
	static atomic_bool synced;
	const char *folder = folder_of(a, data);
	bool made = !mkdir(folder, 0750);
	if (!made && errno != EEXIST)
		return failed(a, "make the folder", folder);
	if (!made && synced)
		return OK;
	TRY(sync_folder(a, arena_z(a, book_folder(a, data, BOOK_INBOUND))));
	synced = true;
	return OK;
}

err inbound_file_open(struct arena *a, str data, int *fd, str *name)
{
	str fresh = rand_token(a, NAME_BYTES);
	const char *path = path_of(a, data, fresh);
	TRY(make_folder(a, data));
	int made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (made < 0)
		return failed(a, "create", path);
	*fd = made;
	*name = fresh;
	return OK;
}

err inbound_file_reopen(struct arena *a, str data, str name, int *fd)
{
	if (!name_is_plain(name))
		return FAIL(ERR_NOTFOUND, "not the name of a body's file");
	const char *path = path_of(a, data, name);
	int opened = open(path, O_RDONLY | O_CLOEXEC);
	if (opened < 0)
		return failed(a, "open", path);
	*fd = opened;
	return OK;
}

err inbound_file_sync(struct arena *a, str data, int fd, str name)
{
	const char *path = path_of(a, data, name);
	err e = fsync(fd) ? failed(a, "sync", path) : OK;
	if (close(fd) && !e.kind)
		e = failed(a, "close", path);
	if (!e.kind)
		e = sync_folder(a, folder_of(a, data));
	if (e.kind)
		unlink(path);
	return e;
}

static err write_all(struct arena *a, int fd, const char *path, str s)
{
	while (s.n) {
		ssize_t put = write(fd, s.p, s.n);
		if (put < 0 && errno != EINTR)
			return failed(a, "write", path);
		s = str_skip(s, put > 0 ? (size_t)put : 0);
	}
	return OK;
}

err inbound_file_write(struct arena *a, str data, str body, str *name)
{
	int fd;
	str fresh;
	TRY(inbound_file_open(a, data, &fd, &fresh));
	const char *path = path_of(a, data, fresh);
	err e = write_all(a, fd, path, body);
	if (e.kind) {
		close(fd);
		unlink(path);
		return e;
	}
	TRY(inbound_file_sync(a, data, fd, fresh));
	*name = fresh;
	return OK;
}

err inbound_file_read(struct arena *a, str data, str name, size_t limit, str *body)
{
	if (!name_is_plain(name))
		return FAIL(ERR_IO,
			    "the inbound book names a body's file wrongly: restore it "
			    "from a backup");
	return file_read(a, path_of(a, data, name), limit, body);
}

void inbound_file_remove(struct arena *a, str data, str name)
{
	if (!name_is_plain(name))
		return;
	const char *path = path_of(a, data, name);
	if (unlink(path) && errno != ENOENT)
		log_warn("body-file-stays", KZ("path", path),
			 KZ("error", strerror(errno)),
			 KZ("do", "check the owner and mode of its folder"));
}

/* The kernel's clock, not clock_now: a test that moves ours must not make files of
 * messages that are arriving look old. */
static bool is_old(const char *path)
{
	struct stat s;
	return !stat(path, &s) && S_ISREG(s.st_mode)
	       && time(NULL) - s.st_mtime > ORPHAN_AGE;
}

static err sweep_one(struct book *b, struct arena *a, str data, str name,
		     int64_t *removed)
{
	int64_t one;
	bool named;
	if (!name_is_plain(name) || !is_old(path_of(a, data, name)))
		return OK;
	TRY(book_number(b, &one, &named, "SELECT 1 FROM message WHERE file = ?1",
			SQL_S(name)));
	if (named)
		return OK;
	inbound_file_remove(a, data, name);
	++*removed;
	return OK;
}

err inbound_sweep_files(struct book *b, struct arena *a, str data, int64_t *removed)
{
	const char *folder = folder_of(a, data);
	DIR *d = opendir(folder);
	if (!d)
		return errno == ENOENT ? (*removed = 0, OK) : failed(a, "list", folder);
	err e = OK;
	int64_t count = 0;
	for (struct dirent *f; !e.kind && (f = readdir(d));)
		e = sweep_one(b, a, data, str_from(f->d_name), &count);
	closedir(d);
	TRY(e);
	*removed = count;
	return OK;
}
