#include "store/archive/redaction.h"

#include "store/table.h"

static void read_row(struct rows *r, struct arena *a, void *row)
{
	*(struct redaction_row *)row = (struct redaction_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.post = rows_i64(r, 2),
		.number = rows_i64(r, 3),
		.what = rows_str(r, a, 4),
		.at = rows_i64(r, 5),
		.actor = rows_str(r, a, 6),
		.reason = rows_str(r, a, 7),
		.detail = rows_str(r, a, 8),
		.clean_at = rows_i64(r, 9),
	};
}

err redaction_add(struct book *b, struct redaction_row *r)
{
	return TABLE_INSERT(b, &r->id,
			    "INSERT INTO redaction (list, post, number, what, at, actor, "
			    "reason, detail, clean_at) "
			    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
			    SQL_I(r->list), SQL_I(r->post), SQL_I(r->number),
			    SQL_S(r->what), SQL_I(r->at), SQL_S(r->actor),
			    SQL_S(r->reason), SQL_S(r->detail), SQL_I(r->clean_at));
}

err redactions_of_post(struct book *b, struct arena *a, int64_t post,
		       struct redaction_row **rows, size_t *count)
{
	return TABLE_ALL(b, a, read_row, rows, count,
			 "SELECT id, list, post, number, what, at, actor, reason, "
			 "detail, clean_at FROM redaction WHERE post = ?1 ORDER BY id",
			 SQL_I(post));
}

err redactions_unclean(struct book *b, struct arena *a, struct redaction_row **rows,
		       size_t *count)
{
	return TABLE_ALL(
		b, a, read_row, rows, count,
		"SELECT id, list, post, number, what, at, actor, reason, "
		"detail, clean_at FROM redaction WHERE clean_at = 0 ORDER BY id");
}

err redaction_cleaned(struct book *b, int64_t id, int64_t at)
{
	return book_run(b, "UPDATE redaction SET clean_at = ?2 WHERE id = ?1", SQL_I(id),
			SQL_I(at));
}

err redaction_rename(struct book *b, str actor, str as)
{
	return book_run(b,
			"UPDATE redaction SET actor = ?2 WHERE actor = ?1 COLLATE NOCASE",
			SQL_S(actor), SQL_S(as));
}

err archive_hidden_keep(struct book *b, int64_t post)
{
	return book_run(b,
			"INSERT INTO hidden (id, dictionary, bytes) "
			"SELECT id, dictionary, bytes FROM blob WHERE id = ?1 "
			"ON CONFLICT DO NOTHING",
			SQL_I(post));
}

err archive_hidden_drop(struct book *b, int64_t post)
{
	return book_run(b, "DELETE FROM hidden WHERE id = ?1", SQL_I(post));
}

err archive_hidden_next(struct book *b, int64_t after, int64_t *post)
{
	bool found;
	*post = 0;
	return book_number(b, post, &found,
			   "SELECT id FROM hidden WHERE id > ?1 ORDER BY id LIMIT 1",
			   SQL_I(after));
}

err placed_put(struct book *b, int64_t list, int64_t post, int64_t parent)
{
	return book_run(b,
			"INSERT INTO placed (post, list, parent) VALUES (?1, ?2, ?3) "
			"ON CONFLICT DO UPDATE SET parent = ?3",
			SQL_I(post), SQL_I(list), SQL_I(parent));
}

err placed_drop(struct book *b, int64_t post)
{
	return book_run(b, "DELETE FROM placed WHERE post = ?1", SQL_I(post));
}

static void read_placed(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct placed_row *)row = (struct placed_row){ rows_i64(r, 0), rows_i64(r, 1) };
}

err placed_of_list(struct book *b, struct arena *a, int64_t list,
		   struct placed_row **rows, size_t *count)
{
	return TABLE_ALL(b, a, read_placed, rows, count,
			 "SELECT post, parent FROM placed WHERE list = ?1 ORDER BY post",
			 SQL_I(list));
}
