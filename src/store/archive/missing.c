#include "store/archive/thread.h"

#include "store/table.h"

err archive_missing_add(struct book *b, int64_t list, str message_id, int64_t post,
			int64_t rank)
{
	return book_run(b,
			"INSERT INTO missing (list, message_id, post, rank) VALUES (?1, "
			"?2, ?3, ?4)",
			SQL_I(list), SQL_S(message_id), SQL_I(post), SQL_I(rank));
}

static void read_wait(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct archive_wait *)row = (struct archive_wait){ rows_i64(r, 0),
							     rows_i64(r, 1) };
}

err archive_missing_of(struct book *b, struct arena *a, int64_t list, str message_id,
		       struct archive_wait **waits, size_t *count)
{
	return TABLE_ALL(
		b, a, read_wait, waits, count,
		"SELECT post, rank FROM missing WHERE list = ?1 AND message_id = ?2",
		SQL_I(list), SQL_S(message_id));
}

err archive_missing_drop(struct book *b, int64_t post, int64_t rank)
{
	return book_run(b, "DELETE FROM missing WHERE post = ?1 AND rank >= ?2",
			SQL_I(post), SQL_I(rank));
}

err archive_missing_thread(struct book *b, int64_t list, str message_id, int64_t but,
			   int64_t *thread, bool *found)
{
	return book_number(b, thread, found,
			   "SELECT p.thread FROM missing m JOIN post p ON p.id = m.post "
			   "WHERE m.list = ?1 AND m.message_id = ?2 AND p.id <> ?3 "
			   "AND p.thread > 0 LIMIT 1",
			   SQL_I(list), SQL_S(message_id), SQL_I(but));
}

static void read_pair(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct archive_pair *)row = (struct archive_pair){ rows_i64(r, 0),
							     rows_i64(r, 1) };
}

err archive_missing_pairs(struct book *b, struct arena *a, int64_t thread,
			  struct archive_pair **pairs, size_t *count)
{
	return TABLE_ALL(
		b, a, read_pair, pairs, count,
		"SELECT m.post, min(o.post) FROM post p JOIN missing m ON m.post = p.id "
		"JOIN missing o ON o.list = m.list AND o.message_id = m.message_id "
		"WHERE p.thread = ?1 GROUP BY m.list, m.message_id, m.post",
		SQL_I(thread));
}
