#include "store/outbound/arrival.h"

#include "store/table.h"

#define ARRIVAL "inbound, at, message_id, reverse_path, author, subject, client"

static void read_arrival(struct rows *r, struct arena *a, void *row)
{
	*(struct arrival *)row = (struct arrival){
		.inbound = rows_i64(r, 0),
		.at = rows_i64(r, 1),
		.message_id = rows_str(r, a, 2),
		.reverse_path = rows_str(r, a, 3),
		.author = rows_str(r, a, 4),
		.subject = rows_str(r, a, 5),
		.client = rows_str(r, a, 6),
	};
}

err arrival_add(struct book *b, const struct arrival *x)
{
	return book_run(b,
			"INSERT INTO arrival (" ARRIVAL ") "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
			"ON CONFLICT DO NOTHING",
			SQL_I(x->inbound), SQL_I(x->at), SQL_S(x->message_id),
			SQL_S(x->reverse_path), SQL_S(x->author), SQL_S(x->subject),
			SQL_S(x->client));
}

err arrival_get(struct book *b, struct arena *a, int64_t inbound, struct arrival *x)
{
	return TABLE_ONE(b, a, read_arrival, x, "no message of that id arrived of late",
			 "SELECT " ARRIVAL " FROM arrival WHERE inbound = ?1",
			 SQL_I(inbound));
}

err arrival_by_message_id(struct book *b, struct arena *a, str message_id, size_t limit,
			  struct arrival **x, size_t *count)
{
	return TABLE_ALL(b, a, read_arrival, x, count,
			 "SELECT " ARRIVAL " FROM arrival WHERE message_id = ?1 "
			 "ORDER BY inbound DESC LIMIT ?2",
			 SQL_S(message_id), SQL_I(limit));
}

err arrival_by_author(struct book *b, struct arena *a, str author, int64_t before,
		      size_t limit, struct arrival **x, size_t *count)
{
	return TABLE_ALL(b, a, read_arrival, x, count,
			 "SELECT " ARRIVAL " FROM arrival "
			 "WHERE author = ?1 COLLATE NOCASE AND inbound < ?2 "
			 "ORDER BY inbound DESC LIMIT ?3",
			 SQL_S(author), SQL_I(before ? before : INT64_MAX), SQL_I(limit));
}

err arrival_expire(struct book *b, int64_t before, size_t limit, int64_t *gone)
{
	return TABLE_CHANGE(b, gone,
			    "DELETE FROM arrival WHERE inbound IN "
			    "(SELECT inbound FROM arrival WHERE at < ?1 LIMIT ?2)",
			    SQL_I(before), SQL_I(limit));
}

err arrival_blank(struct book *b, int64_t inbound)
{
	return book_run(b, "UPDATE arrival SET subject = '' WHERE inbound = ?1",
			SQL_I(inbound));
}
