#include "store/lists/planned.h"

#include "store/table.h"

#define PLANNED "SELECT id, list, address, key, name, first_day, last_day FROM planned "

static void read_planned(struct rows *r, struct arena *a, void *row)
{
	*(struct planned_row *)row = (struct planned_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.address = rows_str(r, a, 2),
		.key = rows_str(r, a, 3),
		.name = rows_str(r, a, 4),
		.first_day = rows_i64(r, 5),
		.last_day = rows_i64(r, 6),
	};
}

err planned_put(struct book *b, struct planned_row *p)
{
	return TABLE_INSERT(
		b, &p->id,
		"INSERT OR REPLACE INTO planned (list, address, key, name, first_day, "
		"last_day) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		SQL_I(p->list), SQL_S(p->address), SQL_S(p->key), SQL_S(p->name),
		SQL_I(p->first_day), SQL_I(p->last_day));
}

err planned_list(struct book *b, struct arena *a, int64_t list, struct planned_row **p,
		 size_t *count)
{
	return TABLE_ALL(b, a, read_planned, p, count,
			 PLANNED "WHERE list = ?1 ORDER BY first_day, id", SQL_I(list));
}

err planned_due(struct book *b, struct arena *a, int64_t now, size_t limit,
		struct planned_row **p, size_t *count)
{
	return TABLE_ALL(b, a, read_planned, p, count,
			 PLANNED "WHERE first_day <= ?1 ORDER BY first_day, id LIMIT ?2",
			 SQL_I(now), SQL_I(limit));
}

err planned_by_key(struct book *b, struct arena *a, str key, struct planned_row **p,
		   size_t *count)
{
	return TABLE_ALL(b, a, read_planned, p, count,
			 PLANNED "WHERE key = ?1 ORDER BY id", SQL_S(key));
}

err planned_remove(struct book *b, int64_t list, str key)
{
	return TABLE_MUST(b, "no membership of that address is to begin here",
			  "DELETE FROM planned WHERE list = ?1 AND key = ?2", SQL_I(list),
			  SQL_S(key));
}
