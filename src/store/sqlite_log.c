/* SQLite writes its log in pieces of 24 and 4,096 octets, a system call each. They
 * follow each other, and nobody may read them before the commit has synced them
 * (synchronous = FULL): so they are gathered here and leave in one write, before
 * anything else is done with the file. */
#include "store/sqlite.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* SQLite's unix VFS takes no more than 128 KB in one write. */
enum { GATHER = 120 * 1024 };

struct log_file {
	sqlite3_file file;
	char *bytes; /* GATHER; NULL before the first write */
	int n;
	sqlite3_int64 at;
	_Alignas(sqlite3_int64) char below[]; /* the file itself, another VFS's */
};

static sqlite3_vfs *below; /* the VFS that does the work */

static sqlite3_file *real(sqlite3_file *f)
{
	return (sqlite3_file *)(void *)((struct log_file *)(void *)f)->below;
}

static int flush(sqlite3_file *f)
{
	struct log_file *x = (struct log_file *)(void *)f;
	int n = x->n;
	x->n = 0; /* also where it fails: SQLite gives the transaction up then */
	return n ? real(f)->pMethods->xWrite(real(f), x->bytes, n, x->at) : SQLITE_OK;
}

static int log_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct log_file *x = (struct log_file *)(void *)f;
	if (x->n && (at != x->at + x->n || x->n + n > GATHER)) {
		int rc = flush(f);
		if (rc != SQLITE_OK)
			return rc;
	}
	if (n > GATHER)
		return real(f)->pMethods->xWrite(real(f), p, n, at);
	if (!x->bytes)
		x->bytes = mem_alloc(GATHER);
	if (!x->n)
		x->at = at;
	memcpy(x->bytes + x->n, p, (size_t)n);
	x->n += n;
	return SQLITE_OK;
}

/* What is gathered now was never synced: nobody's transaction. */
static int log_close(sqlite3_file *f)
{
	struct log_file *x = (struct log_file *)(void *)f;
	int rc = real(f)->pMethods->xClose(real(f));
	free(x->bytes);
	x->bytes = NULL;
	x->n = 0;
	return rc;
}

static int log_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	int rc = flush(f);
	return rc == SQLITE_OK ? real(f)->pMethods->xRead(real(f), p, n, at) : rc;
}

static int log_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = flush(f);
	return rc == SQLITE_OK ? real(f)->pMethods->xTruncate(real(f), size) : rc;
}

static int log_sync(sqlite3_file *f, int how)
{
	int rc = flush(f);
	return rc == SQLITE_OK ? real(f)->pMethods->xSync(real(f), how) : rc;
}

static int log_size(sqlite3_file *f, sqlite3_int64 *size)
{
	int rc = flush(f);
	return rc == SQLITE_OK ? real(f)->pMethods->xFileSize(real(f), size) : rc;
}

static int log_lock(sqlite3_file *f, int kind)
{
	return real(f)->pMethods->xLock(real(f), kind);
}

static int log_unlock(sqlite3_file *f, int kind)
{
	return real(f)->pMethods->xUnlock(real(f), kind);
}

static int log_reserved(sqlite3_file *f, int *is)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), is);
}

static int log_control(sqlite3_file *f, int what, void *arg)
{
	int rc = flush(f);
	return rc == SQLITE_OK ? real(f)->pMethods->xFileControl(real(f), what, arg) : rc;
}

static int log_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int log_device(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static const sqlite3_io_methods log_methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_reserved,
	.xFileControl = log_control,
	.xSectorSize = log_sector,
	.xDeviceCharacteristics = log_device,
};

/* A transaction that is given up may have spilled pages into the log. SQLite takes that
 * back in the log's index alone; written later, without its lock, they would stand over
 * what others have committed meanwhile. */
static void forget(void *db)
{
	sqlite3_file *f = NULL;
	sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f);
	if (f && f->pMethods == &log_methods)
		((struct log_file *)(void *)f)->n = 0;
}

void log_watch(sqlite3 *db)
{
	sqlite3_rollback_hook(db, forget, db);
}

/* All other files are the other VFS's own. */
static int log_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
		    int *got)
{
	(void)vfs;
	if (!(flags & SQLITE_OPEN_WAL))
		return below->xOpen(below, name, f, flags, got);
	memset(f, 0, sizeof(struct log_file));
	int rc = below->xOpen(below, name, real(f), flags, got);
	if (real(f)->pMethods)
		f->pMethods = &log_methods;
	return rc;
}

void log_gathers(void)
{
	static sqlite3_vfs gathers;
	below = sqlite3_vfs_find(NULL);
	gathers = *below;
	gathers.pNext = NULL;
	gathers.zName = BOOK_VFS;
	gathers.szOsFile = (int)sizeof(struct log_file) + below->szOsFile;
	gathers.xOpen = log_open;
	sqlite3_vfs_register(&gathers, 0);
}
