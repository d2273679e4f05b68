#include "store/lists/alias.h"

#include "store/table.h"

#define ALIAS "SELECT id, address, created_at FROM alias "

static const char none[] = "there is no such alias";

static void read_alias(struct rows *r, struct arena *a, void *row)
{
	*(struct alias_row *)row = (struct alias_row){
		.id = rows_i64(r, 0),
		.address = rows_str(r, a, 1),
		.created_at = rows_i64(r, 2),
	};
}

static void read_target(struct rows *r, struct arena *a, void *row)
{
	*(str *)row = rows_str(r, a, 0);
}

static err add_targets(struct book *b, struct arena *a, struct alias_row *x)
{
	return TABLE_ALL(
		b, a, read_target, &x->targets, &x->target_count,
		"SELECT target FROM alias_target WHERE alias = ?1 ORDER BY target",
		SQL_I(x->id));
}

static err add_all(struct book *b, struct arena *a, struct alias_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		TRY(add_targets(b, a, &rows[i]));
	return OK;
}

err alias_all(struct book *b, struct arena *a, struct alias_row **x, size_t *count)
{
	struct alias_row *rows;
	size_t n;
	TRY(TABLE_ALL(b, a, read_alias, &rows, &n, ALIAS "ORDER BY address"));
	TRY(add_all(b, a, rows, n));
	*x = rows;
	*count = n;
	return OK;
}

err alias_of_target(struct book *b, struct arena *a, str target, struct alias_row **x,
		    size_t *count)
{
	struct alias_row *rows;
	size_t n;
	TRY(TABLE_ALL(b, a, read_alias, &rows, &n,
		      ALIAS "WHERE id IN (SELECT alias FROM alias_target WHERE "
			    "target = ?1 COLLATE NOCASE) ORDER BY address",
		      SQL_S(target)));
	TRY(add_all(b, a, rows, n));
	*x = rows;
	*count = n;
	return OK;
}

err alias_find(struct book *b, struct arena *a, str address, struct alias_row *x)
{
	struct alias_row found;
	TRY(TABLE_ONE(b, a, read_alias, &found, none, ALIAS "WHERE address = ?1",
		      SQL_S(address)));
	TRY(add_targets(b, a, &found));
	*x = found;
	return OK;
}

static err set(struct book *b, str address, const str *targets, size_t count, int64_t now)
{
	int64_t id;
	bool found;
	TRY(book_number(b, &id, &found,
			"SELECT l.id FROM list l JOIN domain d ON d.id = l.domain "
			"WHERE l.name || '@' || d.name = lower(?1)",
			SQL_S(address)));
	if (found)
		return FAIL(ERR_DENIED, "there is a list of that address");
	TRY(book_run(b,
		     "INSERT INTO alias (address, created_at) VALUES (?1, ?2) "
		     "ON CONFLICT (address) DO NOTHING",
		     SQL_S(address), SQL_I(now)));
	TRY(book_number(b, &id, &found, "SELECT id FROM alias WHERE address = ?1",
			SQL_S(address)));
	TRY(book_run(b, "DELETE FROM alias_target WHERE alias = ?1", SQL_I(id)));
	for (size_t i = 0; i < count; i++)
		TRY(book_run(b,
			     "INSERT INTO alias_target (alias, target) VALUES (?1, ?2) "
			     "ON CONFLICT DO NOTHING",
			     SQL_I(id), SQL_S(targets[i])));
	return OK;
}

err alias_set(struct book *b, str address, const str *targets, size_t count, int64_t now)
{
	bool mine;
	if (!count)
		return FAIL(ERR_LIMIT,
			    "an alias needs at least one address to forward to");
	TRY(book_join(b, &mine));
	return book_leave(b, mine, set(b, address, targets, count, now));
}

err alias_remove(struct book *b, str address)
{
	return TABLE_MUST(b, none, "DELETE FROM alias WHERE address = ?1",
			  SQL_S(address));
}
