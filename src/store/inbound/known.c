#include "store/inbound/known.h"

#include "store/table.h"

err known_add(struct book *b, const struct known_network *x)
{
	return book_run(b,
			"INSERT INTO known_network (network, passed_at) VALUES (?1, ?2) "
			"ON CONFLICT (network) DO UPDATE SET "
			"passed_at = max(passed_at, excluded.passed_at)",
			SQL_S(x->network), SQL_I(x->passed_at));
}

static void read_known(struct rows *r, struct arena *a, void *row)
{
	*(struct known_network *)row = (struct known_network){
		.network = rows_str(r, a, 0),
		.passed_at = rows_i64(r, 1),
	};
}

err known_all(struct book *b, struct arena *a, int64_t since, size_t limit,
	      struct known_network **x, size_t *count)
{
	return TABLE_ALL(b, a, read_known, x, count,
			 "SELECT network, passed_at FROM (SELECT network, passed_at FROM "
			 "known_network WHERE passed_at >= ?1 "
			 "ORDER BY passed_at DESC LIMIT ?2) ORDER BY passed_at",
			 SQL_I(since), SQL_I(limit));
}

err known_prune(struct book *b, int64_t since, size_t limit)
{
	TRY(book_run(b, "DELETE FROM known_network WHERE passed_at < ?1", SQL_I(since)));
	return book_run(b,
			"DELETE FROM known_network WHERE network IN (SELECT network FROM "
			"known_network ORDER BY passed_at DESC LIMIT -1 OFFSET ?1)",
			SQL_I(limit));
}
