/* An older book meets a newer program. The steps here stand in for those of
 * src/store/schema: the linker takes these. */
#include "store_folder.h"

#include "store/migrate.h"

#include <sqlite3.h>

const struct schema_step schema_steps[] = {
	{ "lists", 1,
	  "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL);" },
	{ "lists", 2,
	  "ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey';"
	  "CREATE TABLE part (thing INTEGER NOT NULL REFERENCES thing(id));"
	  "INSERT INTO part SELECT id FROM thing;" },
	{ "lists", 3, /* a rebuilt table, which needs references unchecked meanwhile */
	  "CREATE TABLE fresh (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);"
	  "INSERT INTO fresh SELECT id, name FROM thing; DROP TABLE thing;"
	  "ALTER TABLE fresh RENAME TO thing;" },
	{ "inbound", 1, "CREATE TABLE thing (id INTEGER PRIMARY KEY);" },
	{ "inbound", 2, "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1);" },
	{ "outbound", 1, "CREATE TABLE thing (id INTEGER PRIMARY KEY);" },
	{ "outbound", 2,
	  "CREATE TABLE part (thing INTEGER REFERENCES thing(id)); INSERT INTO part "
	  "VALUES (7);" },
	{ 0 },
};

static const char *path_of(struct arena *a, str data, enum book_kind kind)
{
	str name = str_from(book_name(kind));
	return arena_z(
		a, arena_cat(a, book_folder(a, data, kind), STR("/"), name, STR(".db")));
}

/* As a program that knows only step 1 left it, or one that knows much more. */
static void write_as(struct arena *a, str data, enum book_kind kind, int mark,
		     int version)
{
	sqlite3 *db;
	mkdir(arena_z(a, book_folder(a, data, kind)), 0755);
	CHECK(sqlite3_open(path_of(a, data, kind), &db) == SQLITE_OK);
	const char *sql = arena_z(
		a,
		arena_printf(
			a,
			"PRAGMA journal_mode = WAL; PRAGMA application_id = %d;"
			"PRAGMA user_version = %d;"
			"CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
			"INSERT INTO thing VALUES (1, 'one'), (5, 'five')",
			0x50737400 + mark, version));
	CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

static int64_t number(struct book *b, const char *sql)
{
	int64_t n = -1;
	bool found;
	CHECK(ok(book_number(b, &n, &found, sql)));
	return n;
}

static void test_older(struct arena *a, str data)
{
	struct book *b = NULL;
	write_as(a, data, BOOK_LISTS, BOOK_LISTS, 1);
	err e = book_open(a, data, BOOK_LISTS, BOOK_READ, &b);
	CHECK(e.kind == ERR_TEMP && has_word(e, "schema 1") && !b);
	b = book_at(a, data, BOOK_LISTS, BOOK_WRITE);
	CHECK(number(b, "PRAGMA user_version") == 3);
	CHECK(number(b, "SELECT count(*) FROM part") == 2);
	CHECK(number(b, "SELECT id FROM thing WHERE name = 'five'") == 5);
	e = book_run(b, "INSERT INTO part VALUES (99)");
	CHECK(e.kind == ERR_DENIED); /* references are checked again */
	book_close(b);
	b = book_at(a, data, BOOK_LISTS, BOOK_READ);
	CHECK(number(b, "SELECT count(*) FROM thing") == 2);
	book_close(b);
}

static void test_failing_step(struct arena *a, str data)
{
	struct book *b = NULL;
	sqlite3 *db;
	sqlite3_stmt *s;
	err e = book_create(a, data, BOOK_INBOUND);
	CHECK(e.kind == ERR_IO && has_word(e, "nowhere"));
	CHECK(sqlite3_open(path_of(a, data, BOOK_INBOUND), &db) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(
		      db,
		      "SELECT (SELECT count(*) FROM sqlite_schema WHERE name = 'half'), "
		      "user_version FROM pragma_user_version",
		      -1, &s, NULL)
	      == SQLITE_OK);
	CHECK(sqlite3_step(s) == SQLITE_ROW);
	CHECK(sqlite3_column_int(s, 0) == 0); /* the step left nothing behind */
	CHECK(sqlite3_column_int(s, 1) == 1); /* the one before it holds */
	sqlite3_finalize(s);
	sqlite3_close(db);
	e = book_create(a, data, BOOK_OUTBOUND); /* leaves a reference to nothing */
	CHECK(e.kind == ERR_IO && has_word(e, "references") && !b);
}

static void test_refused(struct arena *a)
{
	static const struct {
		int mark, version;
		const char *word;
	} cases[] = { { BOOK_LISTS, 4, "newer" },
		      { BOOK_ARCHIVE, 1, "another book" },
		      { 77, 3, "another book" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int mode = BOOK_READ; mode <= BOOK_WRITE; mode++) {
			struct book *b = NULL;
			str data = folder_make(a);
			write_as(a, data, BOOK_LISTS, cases[i].mark, cases[i].version);
			err e = book_open(a, data, BOOK_LISTS, (enum book_mode)mode, &b);
			CHECK(e.kind == ERR_DENIED && has_word(e, cases[i].word) && !b);
			CHECK(has_word(e, "lists.db"));
			folder_remove(a, data);
		}
}

static void test_not_a_book(struct arena *a)
{
	struct book *b = NULL;
	str data = folder_make(a);
	mkdir(arena_z(a, book_folder(a, data, BOOK_LISTS)), 0755);
	FILE *f = fopen(path_of(a, data, BOOK_LISTS), "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is a text, not a book\n", f);
	fclose(f);
	err e = book_open(a, data, BOOK_LISTS, BOOK_WRITE, &b);
	CHECK(e.kind == ERR_IO && has_word(e, "lists.db") && has_word(e, "backup") && !b);
	folder_remove(a, data);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	test_older(a, data);
	test_failing_step(a, data);
	test_refused(a);
	test_not_a_book(a);
	folder_remove(a, data);
	return check_done();
}
