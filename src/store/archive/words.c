#include "store/archive/words.h"

#include "store/sqlite.h"
#include "store/table.h"

err archive_words_add(struct book *b, int64_t post, const struct archive_words *w)
{
	return book_run(b,
			"INSERT INTO words (rowid, subject, author, receiver, body, "
			"quote, files) "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
			SQL_I(post), SQL_S(w->subject), SQL_S(w->author),
			SQL_S(w->receiver), SQL_S(w->body), SQL_S(w->quote),
			SQL_S(w->files));
}

err archive_words_remove(struct book *b, int64_t post, const struct archive_words *w)
{
	return book_run(b,
			"INSERT INTO words (words, rowid, subject, author, receiver, "
			"body, quote, "
			"files) VALUES ('delete', ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
			SQL_I(post), SQL_S(w->subject), SQL_S(w->author),
			SQL_S(w->receiver), SQL_S(w->body), SQL_S(w->quote),
			SQL_S(w->files));
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

/* What every query is narrowed by, as ?2 to ?9. */
#define CONDITIONS                                                                       \
	"p.list IN (SELECT value FROM json_each(?2)) AND p.date >= ?3 AND p.date < ?4 "  \
	"AND p.flags & ?5 = ?5 AND p.flags & ?6 = 0 "                                    \
	"AND (?7 = 0 OR p.attachments > 0) AND (?8 = 0 OR p.attachments = 0) "           \
	"AND (?9 = 0 OR p.thread IN (SELECT thread FROM post WHERE number = ?9 "         \
	"AND list IN (SELECT value FROM json_each(?2)))) "                               \
	"AND (?13 = '' OR p.received_at >= coalesce(json_extract(?13, '$.\"' || p.list " \
	"|| '\"'), p.received_at)) "

/* hit: the newest matches, up to the window; page: those of them that are asked for. */
#define BY_MATCH                                                           \
	"FROM words w JOIN post p ON p.id = w.rowid WHERE words MATCH ?1 " \
	"AND " CONDITIONS "ORDER BY w.rowid DESC LIMIT 20000) "
#define BY_CONDITIONS                                                                  \
	"FROM post p WHERE " CONDITIONS                                                \
	"AND (?1 = '' OR p.id NOT IN (SELECT rowid FROM words WHERE words MATCH ?1)) " \
	"ORDER BY p.id DESC LIMIT 20000) "
#define NEWEST_PAGE                                                          \
	", page AS (SELECT id, date FROM hit WHERE (date, id) < (?10, ?11) " \
	"ORDER BY date DESC, id DESC LIMIT ?12) "                            \
	"SELECT " ARCHIVE_POST ", (SELECT count(*) FROM hit) FROM page "     \
	"JOIN post p ON p.id = page.id ORDER BY p.date DESC, p.id DESC"
#define BEST_PAGE                                                                        \
	", page AS (SELECT id, score FROM hit ORDER BY score, id DESC LIMIT ?12 OFFSET " \
	"?10) "                                                                          \
	"SELECT " ARCHIVE_POST ", (SELECT count(*) FROM hit) FROM page "                 \
	"JOIN post p ON p.id = page.id ORDER BY page.score, p.id DESC"

/* A word in the subject says more than ten in the text; see the columns' order. */
#define SCORE "bm25(words, 8.0, 4.0, 0.5, 1.0, 0.2, 2.0)"

static const char *statement(const struct archive_ask *q)
{
	if (!q->match.n)
		return "WITH hit AS MATERIALIZED (SELECT p.id AS id, p.date AS "
		       "date " BY_CONDITIONS NEWEST_PAGE;
	if (q->order == ARCHIVE_BEST)
		return "WITH hit AS MATERIALIZED (SELECT w.rowid AS id, " SCORE
		       " AS score " BY_MATCH BEST_PAGE;
	return "WITH hit AS MATERIALIZED (SELECT w.rowid AS id, p.date AS date " BY_MATCH
		NEWEST_PAGE;
}

struct found { /* a post and, in each row, how many there are */
	struct archive_post post;
	int64_t total;
};

static void read_found(struct rows *r, struct arena *a, void *row)
{
	struct found *f = row;
	archive_post_read(r, a, &f->post);
	f->total = rows_i64(r, 19);
}

err archive_words_search(struct book *b, struct arena *a, const struct archive_ask *q,
			 struct archive_posts *out, int64_t *total)
{
	struct found *rows;
	size_t count;
	bool best = q->match.n && q->order == ARCHIVE_BEST;
	bool begin = !q->after_date && !q->after_id;
	int64_t date = begin ? INT64_MAX : q->after_date,
		id = begin ? INT64_MAX : q->after_id;
	TRY(TABLE_ALL(b, a, read_found, &rows, &count, statement(q),
		      SQL_S(q->match.n ? q->match : q->without), SQL_S(q->lists),
		      SQL_I(q->from), SQL_I(q->until), SQL_I(q->has), SQL_I(q->lacks),
		      SQL_I(q->has_file), SQL_I(q->lacks_file), SQL_I(q->thread),
		      SQL_I(best ? q->skip : date), SQL_I(id), SQL_I(q->limit),
		      SQL_S(q->floors)));
	out->list = arena_alloc(a, count * sizeof *out->list);
	out->count = count;
	for (size_t i = 0; i < count; i++)
		out->list[i] = rows[i].post;
	*total = count ? rows[0].total : 0;
	return OK;
}
