#include "store/lists/member_batch.h"

#include "store/table.h"

#define BATCH                                                                     \
	"SELECT id, list, kind, notice, columns, person, actor, made_at, state, " \
	"parts, to_add, to_change, to_remove, kept, added, changed, removed, "    \
	"refused, shown FROM member_batch "

static const char none[] = "there is no such file of members any more";

static void read_batch(struct rows *r, struct arena *a, void *row)
{
	*(struct batch_row *)row = (struct batch_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.kind = rows_str(r, a, 2),
		.notice = rows_i64(r, 3),
		.columns = rows_str(r, a, 4),
		.person = rows_i64(r, 5),
		.actor = rows_str(r, a, 6),
		.made_at = rows_i64(r, 7),
		.state = rows_str(r, a, 8),
		.parts = rows_i64(r, 9),
		.to_add = rows_i64(r, 10),
		.to_change = rows_i64(r, 11),
		.to_remove = rows_i64(r, 12),
		.kept = rows_i64(r, 13),
		.added = rows_i64(r, 14),
		.changed = rows_i64(r, 15),
		.removed = rows_i64(r, 16),
		.refused = rows_i64(r, 17),
		.shown = rows_str(r, a, 18),
	};
}

err batch_replace(struct book *b, struct batch_row *x)
{
	TRY(book_run(b,
		     "DELETE FROM member_batch WHERE list = ?1 AND person = ?2 "
		     "AND state IN ('', 'shown')",
		     SQL_I(x->list), SQL_I(x->person)));
	return TABLE_INSERT(
		b, &x->id,
		"INSERT INTO member_batch (list, kind, notice, columns, person, actor, "
		"made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		SQL_I(x->list), SQL_S(x->kind), SQL_I(x->notice), SQL_S(x->columns),
		SQL_I(x->person), SQL_S(x->actor), SQL_I(x->made_at));
}

err batch_put(struct book *b, const struct batch_row *x)
{
	return TABLE_MUST(b, none,
			  "UPDATE member_batch SET person = ?2, actor = ?3, state = ?4, "
			  "parts = ?5, to_add = ?6, to_change = ?7, to_remove = ?8, "
			  "kept = ?9, added = ?10, changed = ?11, removed = ?12, "
			  "refused = ?13, shown = ?14 WHERE id = ?1",
			  SQL_I(x->id), SQL_I(x->person), SQL_S(x->actor),
			  SQL_S(x->state), SQL_I(x->parts), SQL_I(x->to_add),
			  SQL_I(x->to_change), SQL_I(x->to_remove), SQL_I(x->kept),
			  SQL_I(x->added), SQL_I(x->changed), SQL_I(x->removed),
			  SQL_I(x->refused), SQL_S(x->shown));
}

err batch_get(struct book *b, struct arena *a, int64_t list, int64_t id,
	      struct batch_row *x)
{
	return TABLE_ONE(b, a, read_batch, x, none, BATCH "WHERE id = ?2 AND list = ?1",
			 SQL_I(list), SQL_I(id));
}

err batch_running(struct book *b, struct arena *a, int64_t after, struct batch_row *x,
		  bool *found)
{
	err e = TABLE_ONE(b, a, read_batch, x, none,
			  BATCH "WHERE state = 'running' ORDER BY id <= ?1, id LIMIT 1",
			  SQL_I(after));
	*found = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err batch_remove(struct book *b, int64_t id)
{
	return TABLE_MUST(b, none, "DELETE FROM member_batch WHERE id = ?1", SQL_I(id));
}

err batch_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone,
			    "DELETE FROM member_batch WHERE state <> 'running' "
			    "AND made_at < ?1",
			    SQL_I(before));
}

err batch_part_add(struct book *b, int64_t batch, int64_t part, str text)
{
	return book_run(b,
			"INSERT INTO member_batch_part (batch, part, text) "
			"VALUES (?1, ?2, ?3)",
			SQL_I(batch), SQL_I(part), SQL_S(text));
}

struct part {
	int64_t number;
	str text;
};

static void read_part(struct rows *r, struct arena *a, void *row)
{
	*(struct part *)row = (struct part){ rows_i64(r, 0), rows_str(r, a, 1) };
}

err batch_part_first(struct book *b, struct arena *a, int64_t batch, int64_t *part,
		     str *text, bool *found)
{
	struct part x = { 0 };
	err e = TABLE_ONE(b, a, read_part, &x, none,
			  "SELECT part, text FROM member_batch_part WHERE batch = ?1 "
			  "ORDER BY part LIMIT 1",
			  SQL_I(batch));
	*found = !e.kind;
	*part = x.number;
	*text = x.text;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err batch_part_remove(struct book *b, int64_t batch, int64_t part)
{
	return book_run(b, "DELETE FROM member_batch_part WHERE batch = ?1 AND part = ?2",
			SQL_I(batch), SQL_I(part));
}

err batch_parts_left(struct book *b, int64_t batch, int64_t *left)
{
	bool found;
	return book_number(b, left, &found,
			   "SELECT count(*) FROM member_batch_part WHERE batch = ?1",
			   SQL_I(batch));
}
