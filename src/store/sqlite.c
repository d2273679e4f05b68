#include "store/sqlite.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/tokenize.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const names[BOOK_KINDS] = {
	[BOOK_INBOUND] = "inbound",
	[BOOK_OUTBOUND] = "outbound",
	[BOOK_LISTS] = "lists",
	[BOOK_ARCHIVE] = "archive",
};

const char *book_name(enum book_kind kind)
{
	return names[kind];
}

str book_folder(struct arena *a, str data, enum book_kind kind)
{
	return arena_cat(a, data, STR("/"), str_from(names[kind]));
}

static const char *book_path(struct arena *a, str data, enum book_kind kind)
{
	str name = str_from(names[kind]);
	return arena_z(a, arena_cat(a, data, STR("/"), name, STR("/"), name, STR(".db")));
}

/* SQLite counts every allocation under one lock unless told not to, which many
 * threads feel. */
static void once_only(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_initialize();
	log_gathers();
}

static void pause_step(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = BUSY_STEP_US * 1000L }, NULL);
}

static int on_busy(void *arg, int tries)
{
	struct book *b = arg;
	if (tries == 0)
		b->busy_since = clock_mono_ms();
	if (clock_mono_ms() - b->busy_since >= b->patience)
		return 0;
	thread_waits(true);
	pause_step();
	thread_waits(false);
	return 1;
}

/* A reader that may not write cannot repair the log's index after a crash, nor
 * begin one: a writer will, soon. SQLITE_PROTOCOL: lost too many races for a lock. */
bool book_wait(struct book *b, int rc, int64_t start)
{
	int kind = rc & 0xff;
	bool busy = kind == SQLITE_BUSY || kind == SQLITE_PROTOCOL
		    || (kind == SQLITE_READONLY && b->mode == BOOK_READ);
	if (!busy || clock_mono_ms() - start >= b->patience)
		return false;
	pause_step();
	return true;
}

/* After each commit: where nobody else has copied the log for long, the writer does,
 * lest the log fill the disk. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
	(void)name;
	struct book *b = arg;
	int64_t octets = (int64_t)pages * 4096;
	if (octets < WAL_MOST)
		b->wal_next = WAL_MOST;
	if (octets < b->wal_next)
		return SQLITE_OK;
	b->wal_next = octets + WAL_AGAIN;
	b->patience = WAL_PATIENCE_MS;
	sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
	b->patience = BUSY_LONGEST_MS;
	return SQLITE_OK;
}

static err settle(struct book *b)
{
	int keep = 1;
	sqlite3_extended_result_codes(b->db, 1);
	sqlite3_busy_handler(b->db, on_busy, b);
	sqlite3_file_control(b->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
	sqlite3_db_config(b->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (b->mode == BOOK_WRITE)
		TRY(book_script(b, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
				   "PRAGMA secure_delete = FAST;"
				   "PRAGMA journal_size_limit = 67108864"));
	TRY(book_script(b, "PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;"
			   "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -4096;"
			   "PRAGMA mmap_size = 33554432; PRAGMA wal_autocheckpoint = 0"));
	/* A list of 100,000 is 40 MB, and a search looks at all of them. */
	if (b->kind == BOOK_LISTS)
		TRY(book_script(b, "PRAGMA mmap_size = 268435456"));
	if (b->kind == BOOK_ARCHIVE && tokenize_register(b) != SQLITE_OK)
		return book_failed(b, sqlite3_errcode(b->db), "naming the tokenizer");
	if (b->mode == BOOK_WRITE) {
		sqlite3_wal_hook(b->db, on_commit, b);
		log_watch(b->db);
	}
	return book_migrate(b);
}

static err open_at(struct arena *a, const char *path, enum book_kind kind,
		   enum book_mode mode, struct book **out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, once_only);
	struct book *b = arena_zero(a, sizeof *b);
	b->kind = kind;
	b->mode = mode;
	b->path = path;
	b->patience = BUSY_LONGEST_MS;
	b->wal_next = WAL_MOST;
	int access = mode == BOOK_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	int rc = sqlite3_open_v2(path, &b->db, access | SQLITE_OPEN_NOMUTEX, BOOK_VFS);
	err e = rc == SQLITE_OK ? settle(b) : book_failed(b, rc, "opening it");
	if (e.kind) {
		book_close(b);
		return e;
	}
	*out = b;
	return OK;
}

err book_open(struct arena *a, str data, enum book_kind kind, enum book_mode mode,
	      struct book **b)
{
	const char *path = book_path(a, data, kind);
	struct stat s;
	if (stat(path, &s) && errno == ENOENT)
		return err_in(a, ERR_NOTFOUND,
			      "there is no book %s: run 'postern init' first", path);
	return open_at(a, path, kind, mode, b);
}

void book_close(struct book *b)
{
	if (!b || !b->db)
		return;
	book_forget_statements(b);
	if (b->extra)
		b->drop_extra(b->extra);
	b->extra = NULL;
	if (sqlite3_close(b->db) != SQLITE_OK)
		log_error("book-not-closed", KZ("book", b->path),
			  KZ("do", "end every struct rows before book_close"));
	b->db = NULL;
}

void **book_extra(struct book *b, void (*drop)(void *))
{
	b->drop_extra = drop;
	return &b->extra;
}

static err sync_folder(struct arena *a, const char *folder)
{
	FD_AUTO fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd))
		return err_in(a, ERR_IO, "cannot sync the folder %s: %s", folder,
			      strerror(errno));
	return OK;
}

/* SQLite gives -wal and -shm the mode of the book, so that one is made here. */
static err make_file(struct arena *a, const char *path)
{
	FD_AUTO fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0 && errno != EEXIST)
		return err_in(a, errno == ENOSPC ? ERR_TEMP : ERR_IO,
			      "cannot create %s: %s", path, strerror(errno));
	return OK;
}

err book_create(struct arena *a, str data, enum book_kind kind)
{
	const char *folder = arena_z(a, book_folder(a, data, kind));
	const char *path = book_path(a, data, kind);
	struct book *b;
	TRY(file_mkdir(a, folder, 0750));
	TRY(make_file(a, path));
	TRY(open_at(a, path, kind, BOOK_WRITE, &b));
	book_close(b);
	TRY(sync_folder(a, folder));
	return sync_folder(a, arena_z(a, data));
}

err book_begin(struct book *b)
{
	return b->mode == BOOK_READ ? book_run(b, "BEGIN")
				    : book_run(b, "BEGIN IMMEDIATE");
}

err book_commit(struct book *b)
{
	err e = book_run(b, "COMMIT");
	if (e.kind)
		book_rollback(b);
	return e;
}

void book_rollback(struct book *b)
{
	/* Some failures have ended the transaction already. */
	if (!sqlite3_get_autocommit(b->db))
		sqlite3_exec(b->db, "ROLLBACK", NULL, NULL, NULL);
}

err book_end(struct book *b, err e)
{
	if (!e.kind)
		return book_commit(b);
	book_rollback(b);
	return e;
}

err book_join(struct book *b, bool *mine)
{
	*mine = sqlite3_get_autocommit(b->db);
	return *mine ? book_begin(b) : OK;
}

err book_leave(struct book *b, bool mine, err e)
{
	return mine ? book_end(b, e) : e;
}

bool book_in_transaction(struct book *b)
{
	return !sqlite3_get_autocommit(b->db);
}

err book_part(struct book *b)
{
	return book_run(b, "SAVEPOINT part");
}

err book_part_end(struct book *b, err e)
{
	if (!e.kind)
		return book_run(b, "RELEASE part");
	if (book_in_transaction(b))
		sqlite3_exec(b->db, "ROLLBACK TO part; RELEASE part", NULL, NULL, NULL);
	return e;
}

int64_t book_last_id(struct book *b)
{
	return sqlite3_last_insert_rowid(b->db);
}

int64_t book_changes(struct book *b)
{
	return sqlite3_changes64(b->db);
}

int64_t book_version(struct book *b)
{
	int64_t version = 0;
	bool found;
	err e = book_number(b, &version, &found, "PRAGMA data_version");
	return e.kind ? -1 : version;
}

/* What was copied may still be on its way to the disk. */
static void sync_copied(struct book *b)
{
	sqlite3_file *f = NULL;
	sqlite3_file_control(b->db, "main", SQLITE_FCNTL_FILE_POINTER, &f);
	if (f && f->pMethods)
		f->pMethods->xSync(f, SQLITE_SYNC_NORMAL);
}

/* Writers who never pause never let the log begin anew: a long one is ended here. They
 * wait while it is: so all but what they have just added is copied and synced before. */
err book_checkpoint(struct book *b)
{
	int pages = 0;
	int rc = sqlite3_wal_checkpoint_v2(b->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages,
					   NULL);
	int64_t octets = (int64_t)pages * 4096;
	if (rc == SQLITE_OK && octets > WAL_LONG) {
		sync_copied(b);
		b->patience = WAL_PATIENCE_MS;
		rc = sqlite3_wal_checkpoint_v2(b->db, NULL,
					       octets > WAL_MOST
						       ? SQLITE_CHECKPOINT_TRUNCATE
						       : SQLITE_CHECKPOINT_RESTART,
					       NULL, NULL);
		b->patience = BUSY_LONGEST_MS;
	}
	/* Busy: another connection is at it. */
	if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY)
		return OK;
	return book_failed(b, rc, "copying its log into it");
}

/* SQLite makes the copy in a file without a name, in a folder that this process may write. */
static err copy_beside(struct book *b)
{
	str folder, name;
	if (!str_cut_last(str_from(b->path), '/', &folder, &name))
		return OK;
	char *sql = sqlite3_mprintf("PRAGMA temp_store_directory = '%.*q'; "
				    "PRAGMA temp_store = FILE",
				    (int)folder.n, folder.p);
	if (!sql)
		mem_exhausted();
	err e = book_script(b, sql);
	sqlite3_free(sql);
	return e;
}

err book_scrub(struct book *b)
{
	TRY(copy_beside(b));
	err e = book_script(b, "VACUUM");
	TRY(book_script(b, "PRAGMA temp_store = MEMORY"));
	TRY(e);
	int rc = sqlite3_wal_checkpoint_v2(b->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
					   NULL);
	return rc == SQLITE_OK ? OK : book_failed(b, rc, "ending its log");
}
