#include "store/lists/header_rule.h"

#include "store/table.h"

static void read_rule(struct rows *r, struct arena *a, void *row)
{
	*(struct header_rule_row *)row = (struct header_rule_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.header = rows_str(r, a, 2),
		.pattern = rows_str(r, a, 3),
		.action = rows_str(r, a, 4),
	};
}

static err add(struct book *b, struct header_rule_row *r)
{
	bool found;
	TRY(book_run(b,
		     "INSERT INTO header_rule (list, header, pattern, action) "
		     "VALUES (?1, lower(?2), ?3, ?4) ON CONFLICT (list, header, pattern) "
		     "DO UPDATE SET action = excluded.action",
		     SQL_I(r->list), SQL_S(r->header), SQL_S(r->pattern),
		     SQL_S(r->action)));
	return book_number(b, &r->id, &found,
			   "SELECT id FROM header_rule WHERE list = ?1 "
			   "AND header = lower(?2) AND pattern = ?3",
			   SQL_I(r->list), SQL_S(r->header), SQL_S(r->pattern));
}

err header_rule_add(struct book *b, struct header_rule_row *r)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, r));
}

err header_rule_list(struct book *b, struct arena *a, int64_t list,
		     struct header_rule_row **r, size_t *count)
{
	return TABLE_ALL(b, a, read_rule, r, count,
			 "SELECT id, list, header, pattern, action FROM header_rule "
			 "WHERE list = ?1 ORDER BY id",
			 SQL_I(list));
}

err header_rule_remove(struct book *b, int64_t list, str header, str pattern)
{
	return TABLE_MUST(
		b, "the list has no such header rule",
		"DELETE FROM header_rule WHERE list = ?1 AND header = lower(?2) "
		"AND pattern = ?3",
		SQL_I(list), SQL_S(header), SQL_S(pattern));
}
