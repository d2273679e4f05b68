/* Whatever stands on a leaf of the index: the words that are told begin as was asked for, and
 * are not longer than words are. */
#include "fuzz.h"

#include "store/archive/vocabulary.h"
#include "store/sqlite.h"

static void each(void *arg, str word)
{
	const str *first = arg;
	must(str_starts(word, *first) && word.n < 64);
}

/* The tables of FTS5 by their names, so that a leaf may be whatever it likes. */
static struct book *memory(void)
{
	static struct book b;
	if (b.db)
		return &b;
	must(sqlite3_open(":memory:", &b.db) == SQLITE_OK);
	must(sqlite3_exec(b.db,
			  "CREATE TABLE words_data (id INTEGER PRIMARY KEY, block BLOB);"
			  "CREATE TABLE words_idx (segid, term, pgno, "
			  "PRIMARY KEY (segid, term)) WITHOUT ROWID;"
			  "INSERT INTO words_idx VALUES (1, x'', 2);"
			  "INSERT INTO words_data VALUES ((1 << 37) + 1, x'')",
			  NULL, NULL, NULL)
	     == SQLITE_OK);
	return &b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct book *b = memory();
	str leaf = { (const char *)data, n }, first = STR("a");
	must(!book_run(b, "UPDATE words_data SET block = ?1", SQL_B(leaf)).kind);
	must(!archive_vocabulary(b, a, first, each, &first).kind);
	book_forget_statements(b);
	return 0;
}
