/* tests/shim/powercut.c: records what a program does to the files below a folder; see
 * powercut.h. To be preloaded. A record is appended once the call has succeeded, but a
 * sync is recorded when it begins and when it ends: what another thread writes in
 * between may not be covered. -shm files are left out: SQLite makes them anew.
 *
 * The folder must be spelled as the program spells it. Not seen: writing through mmap,
 * stdio's own writes, copy_file_range, and descriptors copied or handed over. */
/* Both open and open64 are defined here: neither may stand for the other. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include "powercut.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { FILES = 4096, LOG_FD = 900 };

static struct {
	bool open;
	uint64_t inode;
	char path[256];
} files[FILES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_length;
static int log_fd = -1;
static bool no_sync;
static uint64_t next_ref;

/* The real one behind the name. */
#define REAL(name)                     \
	static __typeof__(&name) real; \
	if (!real)                     \
	real = (__typeof__(real))dlsym(RTLD_NEXT, #name)

static void fatal(const char *what)
{
	fprintf(stderr, "powercut: %s: %s\n", what, strerror(errno));
	_exit(99);
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("POWERCUT_LOG");
	folder = getenv("POWERCUT_DIR");
	no_sync = getenv("POWERCUT_NOSYNC") != NULL;
	if (!path || !folder)
		return;
	folder_length = strlen(folder);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
			      O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		fatal(path);
	/* Out of the way of programs that expect low numbers. */
	log_fd = fcntl(fd, F_DUPFD_CLOEXEC, LOG_FD);
	if (log_fd < 0)
		log_fd = fd;
}

static void record(struct powercut_record r, const char *path, const void *data)
{
	int code = errno;
	r.path = (uint32_t)strlen(path);
	if (powercut_append(log_fd, &r, path, data))
		fatal("log");
	errno = code;
}

static bool is_ours(const char *path)
{
	size_t n = strlen(path);
	return log_fd >= 0 && !strncmp(path, folder, folder_length)
	       && (path[folder_length] == '/' || !path[folder_length]) && n < 256
	       && (n < 4 || strcmp(path + n - 4, "-shm"));
}

/* The whole path; false where it is not below the folder. */
static bool whole(int at, const char *path, char out[PATH_MAX])
{
	if (log_fd < 0)
		return false;
	if (path[0] == '/')
		snprintf(out, PATH_MAX, "%s", path);
	else if (at >= 0 && at < FILES && files[at].open)
		snprintf(out, PATH_MAX, "%s/%s", files[at].path, path);
	else if (at == AT_FDCWD && getcwd(out, PATH_MAX))
		snprintf(out + strlen(out), PATH_MAX - strlen(out), "/%s", path);
	else
		return false;
	return is_ours(out);
}

static uint64_t inode_of(const char *path)
{
	struct stat s;
	return lstat(path, &s) ? 0 : s.st_ino;
}

/* What is open under that number, if it is ours. */
static bool known(int fd, uint64_t *inode, char path[256])
{
	bool ours = false;
	if (log_fd < 0 || fd < 0 || fd >= FILES)
		return false;
	pthread_mutex_lock(&lock);
	if ((ours = files[fd].open)) {
		*inode = files[fd].inode;
		memcpy(path, files[fd].path, 256);
	}
	pthread_mutex_unlock(&lock);
	return ours;
}

static void opened(int fd, const char *path, int flags, bool fresh)
{
	int code = errno;
	struct stat s;
	if (fd < 0 || fd >= FILES || fstat(fd, &s))
		return;
	pthread_mutex_lock(&lock);
	files[fd].open = true;
	files[fd].inode = s.st_ino;
	memcpy(files[fd].path, path, strlen(path) + 1); /* is_ours: it fits */
	pthread_mutex_unlock(&lock);
	if (fresh)
		record((struct powercut_record){ .kind = CUT_CREATE, .file = s.st_ino },
		       path, "");
	else if (flags & O_TRUNC)
		record((struct powercut_record){ .kind = CUT_TRUNCATE, .file = s.st_ino },
		       path, "");
	errno = code;
}

static int open_any(int at, const char *path, int flags, mode_t mode)
{
	static int (*real)(int, const char *, int, ...);
	char full[PATH_MAX];
	if (!real)
		real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat");
	bool ours = whole(at, path, full);
	bool fresh = ours && flags & O_CREAT && !inode_of(full);
	int fd = real(at, path, flags, mode);
	if (ours)
		opened(fd, full, flags, fresh);
	return fd;
}

#define MODE_OF(flags)                                          \
	mode_t mode = 0;                                        \
	if ((flags) & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) { \
		va_list args;                                   \
		va_start(args, flags);                          \
		mode = (mode_t)va_arg(args, int);               \
		va_end(args);                                   \
	}

int open(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_any(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_any(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_any(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_any(at, path, flags, mode);
}

/* What the fortified headers call where no mode is given. */
int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	return open_any(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
	return open_any(AT_FDCWD, path, flags, 0);
}

int __openat_2(int at, const char *path, int flags);
int __openat_2(int at, const char *path, int flags)
{
	return open_any(at, path, flags, 0);
}

int close(int fd)
{
	REAL(close);
	if (fd >= 0 && fd == log_fd) /* "close all others" does not mean us */
		return 0;
	if (log_fd >= 0 && fd >= 0 && fd < FILES) {
		pthread_mutex_lock(&lock);
		files[fd].open = false;
		pthread_mutex_unlock(&lock);
	}
	return real(fd);
}

static void wrote(int fd, const void *data, ssize_t n, int64_t at)
{
	uint64_t inode;
	char path[256];
	if (n > 0 && known(fd, &inode, path))
		record((struct powercut_record){ .kind = CUT_WRITE,
						 .file = inode,
						 .offset = at,
						 .data = (uint32_t)n },
		       path, data);
}

static int64_t place(int fd) /* where a plain write will land */
{
	int64_t at = lseek(fd, 0, SEEK_CUR);
	int flags = fcntl(fd, F_GETFL);
	struct stat s;
	return flags >= 0 && flags & O_APPEND && !fstat(fd, &s) ? s.st_size : at;
}

ssize_t write(int fd, const void *data, size_t n)
{
	REAL(write);
	uint64_t inode;
	char path[256];
	if (!known(fd, &inode, path))
		return real(fd, data, n);
	int64_t at = place(fd);
	ssize_t put = real(fd, data, n);
	wrote(fd, data, put, at);
	return put;
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
	REAL(pwrite);
	ssize_t put = real(fd, data, n, at);
	wrote(fd, data, put, at);
	return put;
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at)
{
	REAL(pwrite64);
	ssize_t put = real(fd, data, n, at);
	wrote(fd, data, put, at);
	return put;
}

/* In pieces, so that each is one record. The log itself goes through here too. */
ssize_t writev(int fd, const struct iovec *parts, int count)
{
	REAL(writev);
	uint64_t inode;
	char path[256];
	if (!known(fd, &inode, path))
		return real(fd, parts, count);
	ssize_t all = 0;
	for (int i = 0; i < count; i++) {
		ssize_t put = write(fd, parts[i].iov_base, parts[i].iov_len);
		if (put < 0)
			return all ? all : put;
		all += put;
		if ((size_t)put < parts[i].iov_len)
			break;
	}
	return all;
}

static void cut_off(int fd, int64_t size)
{
	uint64_t inode;
	char path[256];
	if (known(fd, &inode, path))
		record((struct powercut_record){ .kind = CUT_TRUNCATE,
						 .file = inode,
						 .offset = size },
		       path, "");
}

int ftruncate(int fd, off_t size)
{
	REAL(ftruncate);
	int rc = real(fd, size);
	if (!rc)
		cut_off(fd, size);
	return rc;
}

int ftruncate64(int fd, off64_t size)
{
	REAL(ftruncate64);
	int rc = real(fd, size);
	if (!rc)
		cut_off(fd, size);
	return rc;
}

static int sync_any(int fd, int (*real)(int))
{
	uint64_t inode;
	char path[256];
	if (!known(fd, &inode, path))
		return real(fd);
	if (no_sync)
		return 0;
	uint64_t ref = (uint64_t)getpid() << 32
		       | (__atomic_fetch_add(&next_ref, 1, __ATOMIC_RELAXED)
			  & 0xffffffff);
	record((struct powercut_record){ .kind = CUT_SYNC_BEGIN,
					 .file = inode,
					 .ref = ref },
	       path, "");
	int rc = real(fd);
	if (!rc)
		record((struct powercut_record){ .kind = CUT_SYNC_END,
						 .file = inode,
						 .ref = ref },
		       path, "");
	return rc;
}

int fsync(int fd)
{
	REAL(fsync);
	return sync_any(fd, real);
}

int fdatasync(int fd)
{
	REAL(fdatasync);
	return sync_any(fd, real);
}

static int unlink_any(int at, const char *path, int flags)
{
	static int (*real)(int, const char *, int);
	char full[PATH_MAX];
	if (!real)
		real = (int (*)(int, const char *, int))dlsym(RTLD_NEXT, "unlinkat");
	bool ours = whole(at, path, full);
	uint64_t inode = ours ? inode_of(full) : 0;
	int rc = real(at, path, flags);
	if (!rc && ours)
		record((struct powercut_record){ .kind = CUT_UNLINK, .file = inode },
		       full, "");
	return rc;
}

int unlink(const char *path)
{
	return unlink_any(AT_FDCWD, path, 0);
}

int unlinkat(int at, const char *path, int flags)
{
	return unlink_any(at, path, flags);
}

int rmdir(const char *path)
{
	return unlink_any(AT_FDCWD, path, AT_REMOVEDIR);
}

static int rename_any(int from_at, const char *from, int to_at, const char *to)
{
	static int (*real)(int, const char *, int, const char *);
	char full_from[PATH_MAX], full_to[PATH_MAX];
	if (!real)
		real = (int (*)(int, const char *, int, const char *))dlsym(RTLD_NEXT,
									    "renameat");
	bool ours = whole(from_at, from, full_from);
	bool into = whole(to_at, to, full_to);
	uint64_t inode = ours ? inode_of(full_from) : 0;
	if (ours != into && log_fd >= 0)
		fatal("a file moved across the folder's border cannot be followed");
	int rc = real(from_at, from, to_at, to);
	if (!rc && ours)
		record((struct powercut_record){ .kind = CUT_RENAME,
						 .file = inode,
						 .data = (uint32_t)strlen(full_to) },
		       full_from, full_to);
	return rc;
}

int rename(const char *from, const char *to)
{
	return rename_any(AT_FDCWD, from, AT_FDCWD, to);
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
	return rename_any(from_at, from, to_at, to);
}

static int mkdir_any(int at, const char *path, mode_t mode)
{
	static int (*real)(int, const char *, mode_t);
	char full[PATH_MAX];
	if (!real)
		real = (int (*)(int, const char *, mode_t))dlsym(RTLD_NEXT, "mkdirat");
	/* Who hears that it is there already may make a file in it at once, whose record
	 * must not come before this one. */
	static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_lock(&making);
	int rc = real(at, path, mode);
	if (!rc && whole(at, path, full))
		record((struct powercut_record){ .kind = CUT_MKDIR,
						 .file = inode_of(full) },
		       full, "");
	pthread_mutex_unlock(&making);
	return rc;
}

int mkdir(const char *path, mode_t mode)
{
	return mkdir_any(AT_FDCWD, path, mode);
}

int mkdirat(int at, const char *path, mode_t mode)
{
	return mkdir_any(at, path, mode);
}
