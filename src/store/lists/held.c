#include "store/lists/held.h"

#include "store/table.h"

#define HELD                                                                             \
	"SELECT id, list, source, held_at, reverse_path, account, author, author_name, " \
	"subject, message_id, rule, reason, trust, size, verdict, handled_by, "          \
	"handled_at FROM held "

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
		"author_name, subject, message_id, rule, reason, trust, size, body) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
		"ON CONFLICT (source) DO NOTHING",
		SQL_I(h->list), SQL_S(h->source), SQL_I(h->held_at),
		SQL_S(h->reverse_path), h->account ? SQL_I(h->account) : SQL_N(),
		SQL_S(h->author), SQL_S(h->author_name), SQL_S(h->subject),
		SQL_S(h->message_id), SQL_S(h->rule), SQL_S(h->reason), SQL_S(h->trust),
		SQL_I(h->size), SQL_B(body)));
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

err held_handled(struct book *b, struct arena *a, int64_t list, size_t limit,
		 struct held_row **h, size_t *count)
{
	return TABLE_ALL(b, a, read_held, h, count,
			 HELD "WHERE verdict <> '' AND list = ?1 "
			      "ORDER BY handled_at DESC, id DESC LIMIT ?2",
			 SQL_I(list), SQL_I(limit));
}

err held_count(struct book *b, int64_t list, int64_t *count)
{
	bool found;
	return book_number(b, count, &found,
			   "SELECT count(*) FROM held WHERE verdict = '' "
			   "AND (?1 = 0 OR list = ?1)",
			   SQL_I(list));
}

err held_rule(struct book *b, int64_t id, str rule, str reason)
{
	return book_run(b,
			"UPDATE held SET rule = ?2, reason = ?3 WHERE id = ?1 "
			"AND verdict = ''",
			SQL_I(id), SQL_S(rule), SQL_S(reason));
}

err held_close(struct book *b, struct arena *a, int64_t id, str verdict, str by,
	       int64_t now)
{
	struct held_row h;
	TRY(book_run(b,
		     "UPDATE held SET verdict = ?2, handled_by = ?3, handled_at = ?4, "
		     "body = NULL WHERE id = ?1 AND verdict = ''",
		     SQL_I(id), SQL_S(verdict), SQL_S(by), SQL_I(now)));
	if (book_changes(b))
		return OK;
	TRY(held_get(b, a, id, &h));
	return err_in(a, ERR_DENIED, "the post was %.*s by %.*s already",
		      STR_F(h.verdict), STR_F(h.handled_by));
}

err held_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone,
			    "DELETE FROM held WHERE verdict <> '' AND handled_at < ?1",
			    SQL_I(before));
}
