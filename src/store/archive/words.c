#include "store/archive/words.h"

#include "store/sqlite.h"

#define COLUMNS                                                   \
	"subject, author, receiver, body, quote, files, inside, " \
	"author_address, receiver_address, body_address, quote_address, inside_address"
#define TEXTS(w)                                                                         \
	SQL_S((w)->subject), SQL_S((w)->author), SQL_S((w)->receiver), SQL_S((w)->body), \
		SQL_S((w)->quote), SQL_S((w)->files), SQL_S((w)->inside),                \
		SQL_S((w)->author_address), SQL_S((w)->receiver_address),                \
		SQL_S((w)->body_address), SQL_S((w)->quote_address),                     \
		SQL_S((w)->inside_address)

err archive_words_add(struct book *b, int64_t post, const struct archive_words *w)
{
	return book_run(b,
			"INSERT INTO words (rowid, " COLUMNS ") VALUES "
			"(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
			SQL_I(post), TEXTS(w));
}

err archive_words_remove(struct book *b, int64_t post, const struct archive_words *w)
{
	return book_run(b,
			"INSERT INTO words (words, rowid, " COLUMNS ") VALUES "
			"('delete', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
			"?11, ?12, ?13)",
			SQL_I(post), TEXTS(w));
}

err archive_words_forget(struct book *b)
{
	return book_run(b, "INSERT INTO words (words) VALUES ('delete-all')");
}

/* FTS5 counts fewer than two changes where nothing was left to merge. */
err archive_words_merge(struct book *b, bool first, bool *more)
{
	enum { PAGES = 1000 };
	int64_t before = sqlite3_total_changes64(b->db);
	TRY(book_run(b, "INSERT INTO words (words, rank) VALUES ('merge', ?1)",
		     SQL_I(first ? -PAGES : PAGES)));
	*more = sqlite3_total_changes64(b->db) - before >= 2;
	return OK;
}

err archive_bulk(struct book *b, bool on)
{
	return on ? book_run(b, "PRAGMA cache_size = -49152")
		  : book_run(b, "PRAGMA cache_size = -4096");
}

err archive_words_missing(struct book *b, int64_t *before)
{
	bool found;
	TRY(book_number(b, before, &found, "SELECT min(before) FROM refill"));
	return OK;
}

err archive_words_refilled(struct book *b, int64_t before)
{
	return before > 1 ? book_run(b, "UPDATE refill SET before = ?1", SQL_I(before))
			  : book_run(b, "DELETE FROM refill");
}

err archive_words_have(struct book *b, int64_t post, bool *found)
{
	int64_t id;
	return book_number(b, &id, found, "SELECT rowid FROM words WHERE rowid = ?1",
			   SQL_I(post));
}

err archive_words_check(struct book *b)
{
	if (b->mode == BOOK_READ) /* FTS5 takes its commands as rows */
		return OK;
	return book_run(b, "INSERT INTO words (words) VALUES ('integrity-check')");
}
