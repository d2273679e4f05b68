#include "store/lists/order.h"

#include "store/table.h"

#define ORDER                                                                         \
	"SELECT id, kind, args, person, client, created_at, state, result, attempts " \
	"FROM \"order\" "

static const char none[] = "there is no such order";

static void read_order(struct rows *r, struct arena *a, void *row)
{
	*(struct order_row *)row = (struct order_row){
		.id = rows_i64(r, 0),
		.kind = rows_str(r, a, 1),
		.args = rows_str(r, a, 2),
		.person = rows_i64(r, 3),
		.client = rows_str(r, a, 4),
		.created_at = rows_i64(r, 5),
		.state = rows_str(r, a, 6),
		.result = rows_str(r, a, 7),
		.attempts = rows_i64(r, 8),
	};
}

err order_file(struct book *b, struct order_row *o)
{
	return TABLE_INSERT(
		b, &o->id,
		"INSERT INTO \"order\" (kind, args, person, client, created_at) "
		"VALUES (?1, ?2, ?3, ?4, ?5)",
		SQL_S(o->kind), SQL_S(o->args), SQL_I(o->person), SQL_S(o->client),
		SQL_I(o->created_at));
}

err order_next(struct book *b, struct arena *a, int64_t after, struct order_row *o,
	       bool *found)
{
	err e = TABLE_ONE(b, a, read_order, o, none,
			  ORDER "WHERE state = '' AND id > ?1 ORDER BY id LIMIT 1",
			  SQL_I(after));
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	*found = !e.kind;
	return OK;
}

err order_begin(struct book *b, int64_t id)
{
	return book_run(b, "UPDATE \"order\" SET attempts = attempts + 1 WHERE id = ?1",
			SQL_I(id));
}

err order_put_off(struct book *b, int64_t id)
{
	return book_run(b, "UPDATE \"order\" SET attempts = 0 WHERE id = ?1", SQL_I(id));
}

err order_finish(struct book *b, int64_t id, str state, str result)
{
	TRY(book_run(b,
		     "UPDATE \"order\" SET state = ?2, result = ?3 "
		     "WHERE id = ?1 AND state = ''",
		     SQL_I(id), SQL_S(state), SQL_S(result)));
	return book_changes(b) ? OK : FAIL(ERR_DENIED, "the order was finished before");
}

err order_get(struct book *b, struct arena *a, int64_t id, struct order_row *o)
{
	return TABLE_ONE(b, a, read_order, o, none, ORDER "WHERE id = ?1", SQL_I(id));
}

err order_count(struct book *b, int64_t *waiting)
{
	bool found;
	return book_number(b, waiting, &found,
			   "SELECT count(*) FROM \"order\" WHERE state = ''");
}

err order_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone,
			    "DELETE FROM \"order\" WHERE state <> '' AND created_at < ?1",
			    SQL_I(before));
}
