/* store/sqlite.h: what the files of the engine share. SQLite's own header is
 * included below src/store only here. */
#pragma once

#include "store/store.h"

#include <sqlite3.h>

enum {
	BUSY_STEP_US = 300, /* SQLite's own steps grow to 100 ms and starve us */
	BUSY_LONGEST_MS = 10000,
	BOOK_TEXTS = 4, /* error texts that are alive at a time */
	BOOK_TEXT = 512,
	WAL_LONG = 24 << 20,  /* octets of log from which a checkpoint ends it */
	WAL_MOST = 64 << 20,  /* octets of log from which a writer itself copies */
	WAL_AGAIN = 16 << 20, /* it tries again when so much more came */
	WAL_PATIENCE_MS = 200,
};

struct statement {
	const char *sql; /* the literal's address is the key */
	sqlite3_stmt *prepared;
};

struct book {
	sqlite3 *db;
	enum book_kind kind;
	enum book_mode mode;
	const char *path;
	struct statement *kept; /* open addressing */
	size_t kept_count, kept_size;
	int64_t busy_since; /* clock_mono_ms of the wait's begin */
	int64_t patience;   /* ms */
	int64_t wal_next;   /* octets of log from which to copy */
	const void *among;  /* struct candidates of the search that runs */
	void *extra;        /* book_extra's */
	void (*drop_extra)(void *);
	unsigned text;
	char texts[BOOK_TEXTS][BOOK_TEXT];
};

/* What SQLite said, as an err whose text names the book and what to do. doing: what
 * was tried, as a gerund or the SQL. */
err book_failed(struct book *b, int rc, const char *doing);

/* Waits a step if rc means "busy" to a reader or writer and time is left. start: the
 * clock_mono_ms of the first try. False: give up. */
bool book_wait(struct book *b, int rc, int64_t start);

/* Runs SQL text that may hold several statements; nothing is kept. */
err book_script(struct book *b, const char *sql);

void book_forget_statements(struct book *b);

/* A place where the tables of one book keep what they need at hand with the
 * connection, NULL at first; drop frees it when the book is closed. */
void **book_extra(struct book *b, void (*drop)(void *));

/* sqlite_log.c: the VFS that every book is opened with; made once. */
#define BOOK_VFS "postern"
void log_gathers(void);
void log_watch(sqlite3 *db); /* each writing connection, once it is open */

/* migrate.c: brings a WRITE book up to date, checks a READ one. */
err book_migrate(struct book *b);
