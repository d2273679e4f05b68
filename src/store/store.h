/* store/store.h: a book is one database; this is how its tables are spoken to.
 * SQL stands only below src/store: a folder a book, a file a table, each with
 * functions in the table's own words.
 *
 *     struct book *b;
 *     TRY(book_open(a, data, BOOK_LISTS, BOOK_WRITE, &b));
 *     TRY(book_begin(b));
 *     err e = book_run(b, "UPDATE list SET name = ?1 WHERE id = ?2",
 *                      SQL_S(name), SQL_I(id));
 *     return book_end(b, e);
 *
 *     struct rows r;
 *     TRY(book_rows(b, &r, "SELECT id, name FROM list WHERE domain = ?1",
 *                   SQL_I(domain)));
 *     while (rows_next(&r))
 *             add(rows_i64(&r, 0), rows_str(&r, a, 1));
 *     TRY(rows_end(&r));
 *
 * Rules: one connection, one thread at a time (its own, or the holder of the lock that
 * stands beside it); none lives across a fork. A transaction
 * never spans two books: order the steps and make each idempotent. A read ends
 * before a byte is sent to anybody. SQL texts are literals; the statement is
 * prepared once and kept with the connection under its address.
 *
 * A text of an error lives in the book's own memory: until four later failures
 * of the same book.
 *
 * Errors: ERR_TEMP the book was busy too long or the disk is full: nothing
 * changed, try again. ERR_IO the book is damaged or unreadable; the text names
 * its file. ERR_DENIED a uniqueness or other constraint refused the row. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum book_kind { BOOK_INBOUND, BOOK_OUTBOUND, BOOK_LISTS, BOOK_ARCHIVE, BOOK_KINDS };
enum book_mode { BOOK_READ, BOOK_WRITE };

struct book;

/* Opens DATA/NAME/NAME.db. WRITE brings an older schema up to date first; READ
 * never writes, refuses a schema that is not this program's, and may stand in a
 * folder without write rights. The book's memory is a's.
 * ERR_NOTFOUND: there is none. ERR_TEMP: READ, and no writer has brought it up to
 * date yet. ERR_DENIED: a newer program wrote it, or it is another book. */
MUST_USE err book_open(struct arena *a, str data, enum book_kind kind,
		       enum book_mode mode, struct book **b);
void book_close(struct book *b); /* NULL is fine; error texts stay in a */

/* Makes the folder (0750) and the book (0640) with its -wal and -shm beside it,
 * which read-only users need; whoever lets other users in changes all three. An
 * existing book is brought up to date. */
MUST_USE err book_create(struct arena *a, str data, enum book_kind kind);

const char *book_name(enum book_kind kind); /* "inbound" */
str book_folder(struct arena *a, str data, enum book_kind kind);

MUST_USE err book_begin(struct book *b);  /* BEGIN IMMEDIATE, waiting at most 10 s; of a
					   * READ book: one state for all that is read */
MUST_USE err book_commit(struct book *b); /* OK: durable, synced; else rolled back */
void book_rollback(struct book *b);       /* nothing open is fine */

/* Commits where e is OK, else rolls back; gives e, or why it could not be committed. */
MUST_USE err book_end(struct book *b, err e);

/* For what is a whole by itself and may be part of a greater one: begins a transaction
 * unless the caller has one open; book_leave ends it as book_end does if it was begun
 * here. */
MUST_USE err book_join(struct book *b, bool *mine);
MUST_USE err book_leave(struct book *b, bool mine, err e);

/* A part of the open transaction that may fail by itself: where e is a failure it is
 * undone, and what was written before it stays. */
MUST_USE err book_part(struct book *b);
MUST_USE err book_part_end(struct book *b, err e);
bool book_in_transaction(struct book *b); /* a full disk ends one */

int64_t book_last_id(struct book *b); /* of the last INSERT */
int64_t book_changes(struct book *b); /* rows changed by the last run */
int64_t book_version(struct book *b); /* differs when another connection wrote */

/* Copies what the log holds into the book, so that the log is written from its
 * start again; a log over 24 MB is ended, for which writers wait some ms and it waits
 * for readers, 200 ms at most. One thread a book, with
 * a connection of its own, does so once a second (in the role that writes it most). */
MUST_USE err book_checkpoint(struct book *b);

/* Writes the book anew, and ends its log: what was deleted stands in neither any more. It
 * takes twice the book's room on the disk, and writers wait. ERR_TEMP: readers held on to the
 * log for too long; call it again. */
MUST_USE err book_scrub(struct book *b);

struct sql_value {
	enum { SQL_INT, SQL_TEXT, SQL_BLOB, SQL_REAL, SQL_NULL } type;
	int64_t number;
	double real;
	str bytes;
};
#define SQL_I(n) ((struct sql_value){ .type = SQL_INT, .number = (int64_t)(n) })
#define SQL_S(s) ((struct sql_value){ .type = SQL_TEXT, .bytes = (s) })
#define SQL_B(s) ((struct sql_value){ .type = SQL_BLOB, .bytes = (s) })
#define SQL_R(x) ((struct sql_value){ .type = SQL_REAL, .real = (x) })
#define SQL_N()  ((struct sql_value){ .type = SQL_NULL })

#define SQL_VALUES(...)                                           \
	(const struct sql_value[]){ __VA_ARGS__ },                \
		sizeof((const struct sql_value[]){ __VA_ARGS__ }) \
			/ sizeof(struct sql_value)

/* Runs one statement to its end; rows it gives are thrown away. */
#define book_run(b, sql, ...) book_run_values((b), (sql), SQL_VALUES(__VA_ARGS__))
MUST_USE err book_run_values(struct book *b, const char *sql, const struct sql_value *v,
			     size_t n);

struct rows {
	struct book *book;
	void *statement;
	err failed;
	bool open;
	bool spare; /* its statement is not the kept one, which is in use */
	bool began; /* a row has been given */
};
#define book_rows(b, r, sql, ...) \
	book_rows_values((b), (r), (sql), SQL_VALUES(__VA_ARGS__))
MUST_USE err book_rows_values(struct book *b, struct rows *r, const char *sql,
			      const struct sql_value *v, size_t n);
bool rows_next(struct rows *r);
MUST_USE err rows_end(struct rows *r); /* always, also after a break */
int64_t rows_i64(struct rows *r, int column);
double rows_real(struct rows *r, int column);
bool rows_null(struct rows *r, int column);
str rows_str(struct rows *r, struct arena *a, int column); /* a copy */
str rows_view(struct rows *r, int column);                 /* valid until the next row */

/* One number from a query of one row; *found false where there is none. */
#define book_number(b, value, found, sql, ...) \
	book_number_values((b), (value), (found), (sql), SQL_VALUES(__VA_ARGS__))
MUST_USE err book_number_values(struct book *b, int64_t *value, bool *found,
				const char *sql, const struct sql_value *v, size_t n);
