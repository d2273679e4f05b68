#include "store/lists/purge.h"

#include "store/table.h"

static void read_purge(struct rows *r, struct arena *a, void *row)
{
	*(struct purge_row *)row = (struct purge_row){
		.list = rows_i64(r, 0),
		.address = rows_str(r, a, 1),
		.begun_at = rows_i64(r, 2),
	};
}

err purge_add(struct book *b, const struct purge_row *p)
{
	return book_run(b,
			"INSERT INTO purge (list, address, begun_at) VALUES (?1, ?2, ?3) "
			"ON CONFLICT DO NOTHING",
			SQL_I(p->list), SQL_S(p->address), SQL_I(p->begun_at));
}

err purge_next(struct book *b, struct arena *a, struct purge_row *p, bool *found)
{
	err got = TABLE_ONE(b, a, read_purge, p, "no archive is to go",
			    "SELECT list, address, begun_at FROM purge WHERE list > ?1 "
			    "ORDER BY begun_at, list LIMIT 1",
			    SQL_I(0));
	*found = !got.kind;
	return got.kind == ERR_NOTFOUND ? OK : got;
}

err purge_defer(struct book *b, int64_t list, int64_t now)
{
	return book_run(b, "UPDATE purge SET begun_at = ?2 WHERE list = ?1", SQL_I(list),
			SQL_I(now));
}

err purge_end(struct book *b, int64_t list)
{
	return book_run(b, "DELETE FROM purge WHERE list = ?1", SQL_I(list));
}
