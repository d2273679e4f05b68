#include "store/lists/former.h"

#include "store/table.h"

static void read_former(struct rows *r, struct arena *a, void *row)
{
	*(struct former_row *)row = (struct former_row){
		.address = rows_str(r, a, 0),
		.list = rows_i64(r, 1),
		.at = rows_i64(r, 2),
	};
}

err former_all(struct book *b, struct arena *a, int64_t list, struct former_row **f,
	       size_t *count)
{
	return TABLE_ALL(b, a, read_former, f, count,
			 "SELECT address, list, at FROM former WHERE ?1 = 0 OR list = ?1 "
			 "ORDER BY at DESC, address",
			 SQL_I(list));
}

err former_find(struct book *b, str address, int64_t *list, bool *found)
{
	return book_number(b, list, found,
			   "SELECT list FROM former WHERE address = lower(?1)",
			   SQL_S(address));
}

err former_add(struct book *b, str address, int64_t list, int64_t now)
{
	return book_run(b,
			"INSERT INTO former (address, list, at) "
			"VALUES (lower(?1), ?2, ?3) "
			"ON CONFLICT (address) DO UPDATE SET list = ?2, at = ?3",
			SQL_S(address), SQL_I(list), SQL_I(now));
}

err former_remove(struct book *b, str address)
{
	return TABLE_MUST(b, "no list had that address",
			  "DELETE FROM former WHERE address = lower(?1)", SQL_S(address));
}
