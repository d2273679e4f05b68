#include "store/foreign/foreign.h"

#include "store/sqlite.h"

#include <errno.h>
#include <sys/stat.h>

/* What a program that writes leaves beside its database while it has not finished. */
static err check_quiet(struct arena *a, const char *path)
{
	static const char *const ends[] = { "-wal", "-journal" };
	struct stat s;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		str beside = arena_cat(a, str_from(path), str_from(ends[i]));
		if (!stat(arena_z(a, beside), &s) && s.st_size)
			return err_in(a, ERR_DENIED,
				      "%.*s: its program is at work on it, or ended "
				      "badly; stop it, or copy the database: sqlite3 %s "
				      "\".backup COPY\"",
				      STR_F(beside), path);
	}
	return OK;
}

/* A path as a URI of SQLite; what is not plain is escaped. */
static const char *uri_of(struct arena *a, const char *path)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = strlen(path);
	char *out = arena_alloc(a, 3 * n + 1), *at = out;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)path[i];
		if (chr_is_alpha(path[i]) || chr_is_digit(path[i])
		    || strchr("/._-", path[i])) {
			*at++ = path[i];
			continue;
		}
		*at++ = '%';
		*at++ = digits[c >> 4];
		*at++ = digits[c & 15];
	}
	return arena_z(a, arena_cat(a, STR("file:"), (str){ out, (size_t)(at - out) },
				    STR("?immutable=1")));
}

static err settle(struct book *b)
{
	sqlite3_extended_result_codes(b->db, 1);
	sqlite3_limit(b->db, SQLITE_LIMIT_LENGTH, FOREIGN_CELL);
	sqlite3_limit(b->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(b->db, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
	sqlite3_db_config(b->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(b->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(b->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(b->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	return book_script(b, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
			      "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY");
}

/* A table of another kind could be a program of its own. */
static err check_tables(struct arena *a, struct book *b, const char *const *tables,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t n = 0;
		bool found;
		err e = book_number(b, &n, &found,
				    "SELECT count(*) FROM sqlite_schema WHERE type = "
				    "'table' AND name = ?1 AND sql LIKE 'CREATE TABLE%'",
				    SQL_S(str_from(tables[i])));
		if (e.kind)
			return err_in(a, ERR_SYNTAX,
				      "%s: it cannot be read as a "
				      "database of SQLite: %s",
				      b->path, e.msg);
		if (n != 1)
			return err_in(a, ERR_SYNTAX, "%s: it has no table %s", b->path,
				      tables[i]);
	}
	return OK;
}

err foreign_open(struct arena *a, const char *path, const char *const *tables,
		 size_t count, struct book **out)
{
	struct stat s;
	if (stat(path, &s) || !S_ISREG(s.st_mode))
		return err_in(a, ERR_NOTFOUND, "%s: %s", path,
			      errno ? strerror(errno) : "no file");
	TRY(check_quiet(a, path));
	struct book *b = arena_zero(a, sizeof *b);
	b->mode = BOOK_READ;
	b->path = path;
	int rc = sqlite3_open_v2(
		uri_of(a, path), &b->db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
	err e = rc == SQLITE_OK ? settle(b) : book_failed(b, rc, "opening it");
	if (!e.kind)
		e = check_tables(a, b, tables, count);
	if (e.kind) {
		e = err_in(a, e.kind, "%s", e.msg);
		book_close(b);
		return e;
	}
	*out = b;
	return OK;
}
