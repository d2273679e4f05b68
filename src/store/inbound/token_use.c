#include "store/inbound/token_use.h"

#include "store/table.h"

err token_use_add(struct book *b, const struct token_use *x)
{
	return book_run(b,
			"INSERT INTO token_use (token, used_at) SELECT ?1, ?2 "
			"WHERE (SELECT count(*) FROM token_use WHERE token <> ?1) < ?3 "
			"ON CONFLICT (token) DO UPDATE SET "
			"used_at = max(used_at, excluded.used_at)",
			SQL_I(x->token), SQL_I(x->at), SQL_I(TOKEN_USE_MOST));
}

static void read_use(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct token_use *)row = (struct token_use){
		.token = rows_i64(r, 0),
		.at = rows_i64(r, 1),
	};
}

err token_use_all(struct book *b, struct arena *a, struct token_use **x, size_t *count)
{
	return TABLE_ALL(b, a, read_use, x, count,
			 "SELECT token, used_at FROM token_use ORDER BY token");
}

err token_use_done(struct book *b, const struct token_use *x)
{
	return book_run(b, "DELETE FROM token_use WHERE token = ?1 AND used_at <= ?2",
			SQL_I(x->token), SQL_I(x->at));
}
