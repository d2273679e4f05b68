#include "store/sqlite.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

static size_t slot_of(const struct book *b, const char *sql)
{
	size_t i = ((uintptr_t)sql * 0x9e3779b97f4a7c15u >> 32) & (b->kept_size - 1);
	while (b->kept[i].sql && b->kept[i].sql != sql)
		i = (i + 1) & (b->kept_size - 1);
	return i;
}

static void make_room(struct book *b)
{
	if (b->kept_count * 2 < b->kept_size)
		return;
	struct statement *old = b->kept;
	size_t size = b->kept_size;
	b->kept_size = size ? size * 2 : 64;
	b->kept = mem_zero(b->kept_size * sizeof *b->kept);
	for (size_t i = 0; i < size; i++)
		if (old[i].sql)
			b->kept[slot_of(b, old[i].sql)] = old[i];
	free(old);
}

void book_forget_statements(struct book *b)
{
	for (size_t i = 0; i < b->kept_size; i++)
		sqlite3_finalize(b->kept[i].prepared);
	free(b->kept);
	b->kept = NULL;
	b->kept_count = b->kept_size = 0;
}

static err prepare(struct book *b, const char *sql, sqlite3_stmt **out)
{
	int64_t start = clock_mono_ms();
	int rc;
	do
		rc = sqlite3_prepare_v3(b->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out,
					NULL);
	while (rc != SQLITE_OK && book_wait(b, rc, start));
	return rc == SQLITE_OK ? OK : book_failed(b, rc, sql);
}

/* The kept statement of that literal; a spare one while the kept one is in use. */
static err statement_for(struct book *b, const char *sql, sqlite3_stmt **out, bool *spare)
{
	make_room(b);
	struct statement *s = &b->kept[slot_of(b, sql)];
	*spare = s->sql && sqlite3_stmt_busy(s->prepared);
	if (*spare)
		return prepare(b, sql, out);
	if (!s->sql) {
		TRY(prepare(b, sql, &s->prepared));
		s->sql = sql;
		b->kept_count++;
	}
	*out = s->prepared;
	return OK;
}

static int bind_one(sqlite3_stmt *s, int at, const struct sql_value *v)
{
	const char *p = v->bytes.n ? v->bytes.p : "";
	switch (v->type) {
	case SQL_INT:
		return sqlite3_bind_int64(s, at, v->number);
	case SQL_REAL:
		return sqlite3_bind_double(s, at, v->real);
	case SQL_TEXT:
		return sqlite3_bind_text64(s, at, p, v->bytes.n, SQLITE_STATIC,
					   SQLITE_UTF8);
	case SQL_BLOB:
		return sqlite3_bind_blob64(s, at, p, v->bytes.n, SQLITE_STATIC);
	case SQL_NULL:
		break;
	}
	return sqlite3_bind_null(s, at);
}

static void give_back(sqlite3_stmt *s, bool spare)
{
	if (spare) {
		sqlite3_finalize(s);
		return;
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s); /* they point into the caller's memory */
}

static err ready(struct book *b, const char *sql, const struct sql_value *v, size_t n,
		 sqlite3_stmt **s, bool *spare)
{
	TRY(statement_for(b, sql, s, spare));
	for (size_t i = 0; i < n; i++) {
		int rc = bind_one(*s, (int)i + 1, &v[i]);
		if (rc != SQLITE_OK) {
			err e = book_failed(b, rc, sql);
			give_back(*s, *spare);
			return e;
		}
	}
	return OK;
}

/* The first step is where locks are taken, so it alone may be tried again. */
static int first_step(struct book *b, sqlite3_stmt *s)
{
	int64_t start = clock_mono_ms();
	for (;;) {
		int rc = sqlite3_step(s);
		if (rc == SQLITE_ROW || rc == SQLITE_DONE)
			return rc;
		/* Inside a transaction a busy statement stays busy. */
		if (!sqlite3_get_autocommit(b->db) || !book_wait(b, rc, start))
			return rc;
		sqlite3_reset(s);
	}
}

err book_run_values(struct book *b, const char *sql, const struct sql_value *v, size_t n)
{
	sqlite3_stmt *s;
	bool spare;
	TRY(ready(b, sql, v, n, &s, &spare));
	int rc = first_step(b, s);
	while (rc == SQLITE_ROW)
		rc = sqlite3_step(s);
	err e = rc == SQLITE_DONE ? OK : book_failed(b, rc, sql);
	give_back(s, spare);
	return e;
}

err book_rows_values(struct book *b, struct rows *r, const char *sql,
		     const struct sql_value *v, size_t n)
{
	sqlite3_stmt *s;
	bool spare;
	TRY(ready(b, sql, v, n, &s, &spare));
	*r = (struct rows){ .book = b, .statement = s, .open = true, .spare = spare };
	return OK;
}

bool rows_next(struct rows *r)
{
	if (!r->open || r->failed.kind)
		return false;
	int rc = r->began ? sqlite3_step(r->statement)
			  : first_step(r->book, r->statement);
	r->began = true;
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		r->failed = book_failed(r->book, rc, sqlite3_sql(r->statement));
	give_back(r->statement, r->spare); /* ends the read at once */
	r->open = false;
	return false;
}

err rows_end(struct rows *r)
{
	if (r->open)
		give_back(r->statement, r->spare);
	r->open = false;
	return r->failed;
}

int64_t rows_i64(struct rows *r, int column)
{
	return sqlite3_column_int64(r->statement, column);
}

double rows_real(struct rows *r, int column)
{
	return sqlite3_column_double(r->statement, column);
}

bool rows_null(struct rows *r, int column)
{
	return sqlite3_column_type(r->statement, column) == SQLITE_NULL;
}

str rows_view(struct rows *r, int column)
{
	/* blob first: it converts nothing, so the length is the stored one. */
	const void *p = sqlite3_column_blob(r->statement, column);
	int n = sqlite3_column_bytes(r->statement, column);
	return p ? (str){ p, (size_t)n } : STR_NONE;
}

str rows_str(struct rows *r, struct arena *a, int column)
{
	return arena_copy(a, rows_view(r, column));
}

err book_number_values(struct book *b, int64_t *value, bool *found, const char *sql,
		       const struct sql_value *v, size_t n)
{
	struct rows r;
	TRY(book_rows_values(b, &r, sql, v, n));
	bool one = rows_next(&r);
	int64_t number = one ? rows_i64(&r, 0) : 0;
	TRY(rows_end(&r));
	*found = one;
	if (one)
		*value = number;
	return OK;
}

err book_script(struct book *b, const char *sql)
{
	int64_t start = clock_mono_ms();
	while (sql && *sql) {
		sqlite3_stmt *s = NULL;
		const char *rest = NULL;
		int rc = sqlite3_prepare_v2(b->db, sql, -1, &s, &rest);
		while (rc == SQLITE_OK && s && (rc = sqlite3_step(s)) == SQLITE_ROW)
			rc = SQLITE_OK;
		sqlite3_finalize(s);
		if (rc != SQLITE_OK && rc != SQLITE_DONE) {
			if (book_wait(b, rc, start))
				continue;
			return book_failed(b, rc, sql);
		}
		sql = rest;
	}
	return OK;
}
