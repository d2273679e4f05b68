#include "store/sqlite.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>

struct saying {
	int rc; /* primary code */
	enum err_kind kind;
	const char *what, *advice;
};

static const struct saying sayings[] = {
	{ SQLITE_BUSY, ERR_TEMP, "is busy", "try again" },
	{ SQLITE_LOCKED, ERR_TEMP, "is busy", "try again" },
	{ SQLITE_PROTOCOL, ERR_TEMP, "is busy", "try again" },
	{ SQLITE_INTERRUPT, ERR_TEMP, "was interrupted", "try again" },
	{ SQLITE_FULL, ERR_TEMP, "has no room", "free space on its disk" },
	{ SQLITE_CONSTRAINT, ERR_DENIED, "refuses the row", "choose another value" },
	{ SQLITE_TOOBIG, ERR_LIMIT, "refuses so large a value", "send less" },
	{ SQLITE_CORRUPT, ERR_IO, "is damaged",
	  "stop postern, keep a copy of the file and restore the last backup" },
	{ SQLITE_NOTADB, ERR_IO, "is not a book",
	  "stop postern, keep a copy of the file and restore the last backup" },
	{ SQLITE_CANTOPEN, ERR_IO, "cannot be opened",
	  "check that its folder, -wal and -shm are there and readable" },
	{ SQLITE_PERM, ERR_IO, "cannot be opened", "check its owner and mode" },
	{ SQLITE_READONLY, ERR_IO, "may not be written",
	  "check the owner and mode of it, its folder, -wal and -shm" },
	{ SQLITE_IOERR, ERR_IO, "cannot be read or written", "check its disk" },
	{ SQLITE_ERROR, ERR_IO, "does not understand us", "report this as a bug" },
};

static bool disk_is_full(int code)
{
	return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

/* SQLite forgets errno between its write and our question, but each file keeps its
 * last one. The log is the file that is written most. */
static int errno_of(sqlite3 *db, int primary)
{
	int code = sqlite3_system_errno(db);
	sqlite3_file *log = NULL;
	if (primary != SQLITE_IOERR || code)
		return code;
	sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log && log->pMethods)
		log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &code);
	if (!code)
		sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &code);
	return code;
}

err book_failed(struct book *b, int rc, const char *doing)
{
	static const struct saying strange = { 0, ERR_IO, "failed",
					       "report this as a bug" };
	static const struct saying *full = &sayings[4];
	int primary = rc & 0xff;
	if (primary == SQLITE_NOMEM)
		mem_exhausted();
	const struct saying *s = &strange;
	for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++)
		if (sayings[i].rc == primary)
			s = &sayings[i];
	int code = b->db ? errno_of(b->db, primary) : 0;
	if (primary == SQLITE_IOERR && disk_is_full(code))
		s = full;
	/* A reader cannot repair: a writer that starts will. */
	enum err_kind kind = primary == SQLITE_READONLY && b->mode == BOOK_READ ? ERR_TEMP
										: s->kind;
	bool errno_helps = (s->kind == ERR_IO || s == full) && code;
	char *text = b->texts[b->text++ % BOOK_TEXTS];
	snprintf(text, BOOK_TEXT, "the book %s %s (%s%s%s, at: %.160s): %s", b->path,
		 s->what, b->db ? sqlite3_errmsg(b->db) : sqlite3_errstr(rc),
		 errno_helps ? ", " : "", errno_helps ? strerror(code) : "", doing,
		 s->advice);
	return FAIL(kind, text);
}
