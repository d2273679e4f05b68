#include "store/archive/verdict.h"

#include "store/table.h"

err archive_verdict_add(struct book *b, int64_t post, const struct archive_verdict *v)
{
	if (!v->result.n)
		return OK;
	return book_run(b,
			"INSERT INTO verdict (post, result, engine, signature, at) "
			"VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
			SQL_I(post), SQL_S(v->result), SQL_S(v->engine),
			SQL_S(v->signature), SQL_I(v->at));
}

err archive_verdict_of(struct book *b, struct arena *a, int64_t post,
		       struct archive_verdict *v)
{
	struct rows r;
	*v = (struct archive_verdict){ 0 };
	TRY(book_rows(b, &r,
		      "SELECT result, engine, signature, at FROM verdict WHERE post = ?1",
		      SQL_I(post)));
	if (rows_next(&r))
		*v = (struct archive_verdict){ rows_str(&r, a, 0), rows_str(&r, a, 1),
					       rows_str(&r, a, 2), rows_i64(&r, 3) };
	return rows_end(&r);
}

err archive_verdict_drop(struct book *b, int64_t post)
{
	return book_run(b, "DELETE FROM verdict WHERE post = ?1", SQL_I(post));
}
