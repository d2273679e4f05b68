#include "store/lists/nonmember.h"

#include "store/table.h"

#define NONMEMBER "SELECT list, key, action, set_at FROM nonmember WHERE "

static const char none[] = "the list says nothing of this address";

static void read_nonmember(struct rows *r, struct arena *a, void *row)
{
	*(struct nonmember_row *)row = (struct nonmember_row){
		.list = rows_i64(r, 0),
		.key = rows_str(r, a, 1),
		.action = rows_str(r, a, 2),
		.set_at = rows_i64(r, 3),
	};
}

err nonmember_put(struct book *b, const struct nonmember_row *x)
{
	return book_run(b,
			"INSERT INTO nonmember (list, key, action, set_at) "
			"VALUES (?1, ?2, ?3, ?4) ON CONFLICT (list, key) DO UPDATE "
			"SET action = excluded.action, set_at = excluded.set_at",
			SQL_I(x->list), SQL_S(x->key), SQL_S(x->action),
			SQL_I(x->set_at));
}

err nonmember_find(struct book *b, struct arena *a, int64_t list, str key,
		   struct nonmember_row *x)
{
	return TABLE_ONE(b, a, read_nonmember, x, none,
			 NONMEMBER "list = ?1 AND key = ?2", SQL_I(list), SQL_S(key));
}

err nonmember_list(struct book *b, struct arena *a, int64_t list,
		   struct nonmember_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_nonmember, x, count,
			 NONMEMBER "list = ?1 ORDER BY key", SQL_I(list));
}

err nonmember_by_key(struct book *b, struct arena *a, str key, struct nonmember_row **x,
		     size_t *count)
{
	return TABLE_ALL(b, a, read_nonmember, x, count,
			 NONMEMBER "key = ?1 ORDER BY list", SQL_S(key));
}

err nonmember_remove(struct book *b, int64_t list, str key)
{
	return TABLE_MUST(b, none, "DELETE FROM nonmember WHERE list = ?1 AND key = ?2",
			  SQL_I(list), SQL_S(key));
}
