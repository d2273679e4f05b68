/* Whatever a text holds: it can be taken out of the index by itself
 * again, which leaves the index well and empty; it may be asked for as a phrase. */
#include "fuzz.h"

#include "base/utf8.h"
#include "store/sqlite.h"
#include "store/tokenize.h"

static struct book *memory(void)
{
	static struct book b;
	if (b.db)
		return &b;
	must(sqlite3_open(":memory:", &b.db) == SQLITE_OK);
	must(tokenize_register(&b) == SQLITE_OK);
	must(sqlite3_exec(b.db,
			  "CREATE VIRTUAL TABLE words USING fts5(text, content = '', "
			  "tokenize = \"postern\");"
			  "CREATE VIRTUAL TABLE terms USING fts5vocab(words, instance)",
			  NULL, NULL, NULL)
	     == SQLITE_OK);
	return &b;
}

/* The number that the statement gives, the text as ?1 where it has one. */
static int64_t ask(struct book *b, const char *sql, str text)
{
	sqlite3_stmt *s;
	must(sqlite3_prepare_v2(b->db, sql, -1, &s, NULL) == SQLITE_OK);
	if (sqlite3_bind_parameter_count(s))
		must(sqlite3_bind_text(s, 1, text.n ? text.p : "", (int)text.n,
				       SQLITE_STATIC)
		     == SQLITE_OK);
	int64_t n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	must(sqlite3_finalize(s) == SQLITE_OK);
	return n;
}

/* May it stand between quotation marks? */
static bool is_phrase(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '"' || !text.p[i])
			return false;
	return text.n > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	struct book *b = memory();
	str raw = { (const char *)data, n };
	str text = utf8_scrub(a, raw); /* as archive/prepare.c hands it over */
	ask(b, "INSERT INTO words (rowid, text) VALUES (1, ?1)", text);
	int64_t terms = ask(b, "SELECT count(*) FROM terms", STR(""));
	ask(b, "INSERT INTO words (words) VALUES ('integrity-check')", STR(""));
	must(ask(b, "SELECT words_among(1)", STR("")) == 0);
	if (terms && is_phrase(text)) {
		str words = arena_cat(a, STR("\""), text, STR("\""));
		ask(b, "SELECT words_hit(words) FROM words WHERE words MATCH ?1", words);
	}
	ask(b, "INSERT INTO words (words, rowid, text) VALUES ('delete', 1, ?1)", text);
	must(ask(b, "SELECT count(*) FROM terms", STR("")) == 0);
	ask(b, "INSERT INTO words (rowid, text) VALUES (2, ?1)",
	    raw); /* octets that are no UTF-8 */
	ask(b, "INSERT INTO words (words) VALUES ('delete-all')", STR(""));
	return 0;
}
