#include "store/lists/held.h"

#include "store/table.h"

#define HELD                                                                             \
	"SELECT id, list, source, held_at, reverse_path, account, author, author_name, " \
	"subject, message_id, rule, reason, trust, size, verdict, handled_by, "          \
	"handled_at, claimed_by, claimed_at, aside_by, aside_at, note, handled_via, "    \
	"asked FROM held "

static const char none[] = "there is no such held post";

static void read_held(struct rows *r, struct arena *a, void *row)
{
	*(struct held_row *)row = (struct held_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.source = rows_str(r, a, 2),
		.held_at = rows_i64(r, 3),
		.reverse_path = rows_str(r, a, 4),
		.account = rows_i64(r, 5),
		.author = rows_str(r, a, 6),
		.author_name = rows_str(r, a, 7),
		.subject = rows_str(r, a, 8),
		.message_id = rows_str(r, a, 9),
		.rule = rows_str(r, a, 10),
		.reason = rows_str(r, a, 11),
		.trust = rows_str(r, a, 12),
		.size = rows_i64(r, 13),
		.verdict = rows_str(r, a, 14),
		.handled_by = rows_str(r, a, 15),
		.handled_at = rows_i64(r, 16),
		.claimed_by = rows_str(r, a, 17),
		.claimed_at = rows_i64(r, 18),
		.aside_by = rows_str(r, a, 19),
		.aside_at = rows_i64(r, 20),
		.note = rows_str(r, a, 21),
		.handled_via = rows_str(r, a, 22),
		.asked = rows_str(r, a, 23),
	};
}

static void read_body(struct rows *r, struct arena *a, void *row)
{
	*(str *)row = rows_str(r, a, 0);
}

static err add(struct book *b, struct held_row *h, str body)
{
	bool found;
	TRY(book_run(
		b,
		"INSERT INTO held (list, source, held_at, reverse_path, account, author, "
		"author_name, subject, message_id, rule, reason, trust, size, body, "
		"asked) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
		"?15) "
		"ON CONFLICT (source) DO NOTHING",
		SQL_I(h->list), SQL_S(h->source), SQL_I(h->held_at),
		SQL_S(h->reverse_path), h->account ? SQL_I(h->account) : SQL_N(),
		SQL_S(h->author), SQL_S(h->author_name), SQL_S(h->subject),
		SQL_S(h->message_id), SQL_S(h->rule), SQL_S(h->reason), SQL_S(h->trust),
		SQL_I(h->size), SQL_B(body), SQL_S(h->asked)));
	return book_number(b, &h->id, &found, "SELECT id FROM held WHERE source = ?1",
			   SQL_S(h->source));
}

err held_add(struct book *b, struct held_row *h, str body)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, h, body));
}

err held_get(struct book *b, struct arena *a, int64_t id, struct held_row *h)
{
	return TABLE_ONE(b, a, read_held, h, none, HELD "WHERE id = ?1", SQL_I(id));
}

err held_by_source(struct book *b, struct arena *a, str source, struct held_row *h)
{
	return TABLE_ONE(b, a, read_held, h, none, HELD "WHERE source = ?1",
			 SQL_S(source));
}

err held_body(struct book *b, struct arena *a, int64_t id, str *body)
{
	return TABLE_ONE(
		b, a, read_body, body, "the held post's body is gone: it was handled",
		"SELECT body FROM held WHERE id = ?1 AND body IS NOT NULL", SQL_I(id));
}

err held_waiting(struct book *b, struct arena *a, int64_t list, int64_t after,
		 size_t limit, struct held_row **h, size_t *count)
{
	if (!list)
		return TABLE_ALL(b, a, read_held, h, count,
				 HELD
				 "WHERE verdict = '' AND id > ?1 ORDER BY id LIMIT ?2",
				 SQL_I(after), SQL_I(limit));
	return TABLE_ALL(b, a, read_held, h, count,
			 HELD "WHERE verdict = '' AND list = ?1 AND id > ?2 "
			      "ORDER BY id LIMIT ?3",
			 SQL_I(list), SQL_I(after), SQL_I(limit));
}

err held_newest(struct book *b, struct arena *a, int64_t list, size_t limit,
		struct held_row **h, size_t *count)
{
	return TABLE_ALL(b, a, read_held, h, count,
			 HELD "WHERE verdict = '' AND list = ?1 "
			      "ORDER BY id DESC LIMIT ?2",
			 SQL_I(list), SQL_I(limit));
}

err held_by_author(struct book *b, struct arena *a, str author, size_t limit,
		   struct held_row **h, size_t *count)
{
	return TABLE_ALL(b, a, read_held, h, count,
			 HELD
			 "WHERE author = ?1 COLLATE NOCASE ORDER BY id DESC LIMIT ?2",
			 SQL_S(author), SQL_I(limit));
}

err held_before(struct book *b, struct arena *a, int64_t before, size_t limit,
		struct held_row **h, size_t *count)
{
	return TABLE_ALL(b, a, read_held, h, count,
			 HELD "WHERE verdict = '' AND held_at < ?1 ORDER BY id LIMIT ?2",
			 SQL_I(before), SQL_I(limit));
}

err held_some(struct book *b, struct arena *a, int64_t list, str author, int64_t after,
	      int64_t last, size_t limit, struct held_row **h, size_t *count)
{
	if (!author.n)
		return TABLE_ALL(b, a, read_held, h, count,
				 HELD "WHERE verdict = '' AND list = ?1 AND id > ?2 "
				      "AND id <= ?3 ORDER BY id LIMIT ?4",
				 SQL_I(list), SQL_I(after), SQL_I(last), SQL_I(limit));
	return TABLE_ALL(b, a, read_held, h, count,
			 HELD "WHERE verdict = '' AND list = ?1 AND author = ?2 "
			      "AND id > ?3 AND id <= ?4 ORDER BY id LIMIT ?5",
			 SQL_I(list), SQL_S(author), SQL_I(after), SQL_I(last),
			 SQL_I(limit));
}

err held_handled(struct book *b, struct arena *a, int64_t list, int64_t before,
		 int64_t before_id, size_t limit, struct held_row **h, size_t *count)
{
	return TABLE_ALL(b, a, read_held, h, count,
			 HELD "WHERE verdict <> '' AND list = ?1 "
			      "AND (handled_at, id) < (?2, ?3) "
			      "ORDER BY handled_at DESC, id DESC LIMIT ?4",
			 SQL_I(list), SQL_I(before), SQL_I(before_id), SQL_I(limit));
}

err held_count(struct book *b, int64_t list, int64_t *count)
{
	bool found;
	return book_number(b, count, &found,
			   "SELECT count(*) FROM held WHERE verdict = '' "
			   "AND (?1 = 0 OR list = ?1)",
			   SQL_I(list));
}

err held_lapsed(struct book *b, int64_t list, int64_t since, int64_t *count)
{
	bool found;
	return book_number(b, count, &found,
			   "SELECT count(*) FROM held WHERE verdict <> '' AND list = ?1 "
			   "AND handled_at >= ?2 AND verdict = 'expired'",
			   SQL_I(list), SQL_I(since));
}

err held_rule(struct book *b, const struct held_row *h)
{
	return book_run(
		b,
		"UPDATE held SET rule = ?2, reason = ?3, asked = ?4 WHERE id = ?1 "
		"AND verdict = ''",
		SQL_I(h->id), SQL_S(h->rule), SQL_S(h->reason), SQL_S(h->asked));
}

str held_claimant(const struct held_row *h, int64_t now)
{
	return now - h->claimed_at < HELD_CLAIM ? h->claimed_by : STR("");
}

/* Why a row that waits was not changed. */
static err why_not(struct book *b, struct arena *a, int64_t id)
{
	struct held_row h;
	TRY(held_get(b, a, id, &h));
	if (h.verdict.n)
		return err_in(a, ERR_DENIED, "the post was %.*s by %.*s already",
			      STR_F(h.verdict), STR_F(h.handled_by));
	return err_in(a, ERR_DENIED, "%.*s looks at post %lld", STR_F(h.claimed_by),
		      (long long)id);
}

err held_claim(struct book *b, struct arena *a, int64_t id, str by, int64_t now)
{
	TRY(book_run(b,
		     "UPDATE held SET claimed_by = ?2, claimed_at = ?3 WHERE id = ?1 "
		     "AND verdict = '' AND (claimed_by IN ('', ?2) OR claimed_at <= ?4)",
		     SQL_I(id), SQL_S(by), SQL_I(now), SQL_I(now - HELD_CLAIM)));
	return book_changes(b) ? OK : why_not(b, a, id);
}

err held_unclaim(struct book *b, int64_t id)
{
	return book_run(b,
			"UPDATE held SET claimed_by = '', claimed_at = 0 WHERE id = ?1",
			SQL_I(id));
}

err held_aside(struct book *b, int64_t id, str by, str note, int64_t now)
{
	return TABLE_MUST(
		b, "the post was decided already",
		"UPDATE held SET aside_by = ?2, aside_at = ?3, note = ?4, "
		"claimed_by = '', claimed_at = 0 WHERE id = ?1 AND verdict = ''",
		SQL_I(id), SQL_S(by), SQL_I(now), SQL_S(note));
}

err held_close(struct book *b, struct arena *a, int64_t id, const struct held_end *end)
{
	TRY(book_run(b,
		     "UPDATE held SET verdict = ?2, handled_by = ?3, handled_at = ?4, "
		     "handled_via = ?5, note = ?6, body = NULL WHERE id = ?1 "
		     "AND verdict = ''",
		     SQL_I(id), SQL_S(end->verdict), SQL_S(end->by), SQL_I(end->now),
		     SQL_S(end->via), SQL_S(end->note)));
	return book_changes(b) ? OK : why_not(b, a, id);
}

err held_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone,
			    "DELETE FROM held WHERE verdict <> '' AND handled_at < ?1",
			    SQL_I(before));
}

err held_blank(struct book *b, str source)
{
	return book_run(b,
			"UPDATE held SET subject = '', author_name = '', body = NULL "
			"WHERE source = ?1 AND verdict <> ''",
			SQL_S(source));
}
