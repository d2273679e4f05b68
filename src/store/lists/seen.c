#include "store/lists/seen.h"

#include "store/table.h"

#define SEEN "list, message_id, author, body_hash, source, at"

static void read_seen(struct rows *r, struct arena *a, void *row)
{
	*(struct seen_row *)row = (struct seen_row){
		.list = rows_i64(r, 0),
		.message_id = rows_str(r, a, 1),
		.author = rows_str(r, a, 2),
		.body_hash = rows_str(r, a, 3),
		.source = rows_str(r, a, 4),
		.at = rows_i64(r, 5),
	};
}

err seen_add(struct book *b, const struct seen_row *s)
{
	return book_run(b,
			"INSERT INTO seen (" SEEN ") VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
			"ON CONFLICT DO NOTHING",
			SQL_I(s->list), SQL_S(s->message_id), SQL_S(s->author),
			SQL_B(s->body_hash), SQL_S(s->source), SQL_I(s->at));
}

err seen_find(struct book *b, struct arena *a, int64_t list, str message_id,
	      struct seen_row *s)
{
	return TABLE_ONE(b, a, read_seen, s, "no such post was accepted of late",
			 "SELECT " SEEN " FROM seen WHERE list = ?1 AND message_id = ?2",
			 SQL_I(list), SQL_S(message_id));
}

/* By the index of time: the primary key would walk all that the list has. */
err seen_since(struct book *b, int64_t list, str author, int64_t since, int64_t *count)
{
	bool found;
	return book_number(b, count, &found,
			   "SELECT count(*) FROM seen WHERE at > ?3 AND +list = ?1 "
			   "AND author = ?2",
			   SQL_I(list), SQL_S(author), SQL_I(since));
}

err seen_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM seen WHERE at < ?1", SQL_I(before));
}
