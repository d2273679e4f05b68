#include "store/outbound/sts.h"

#include "store/table.h"

static void read_row(struct rows *r, struct arena *a, void *row)
{
	*(struct sts_row *)row = (struct sts_row){ .domain = rows_str(r, a, 0),
						   .id = rows_str(r, a, 1),
						   .policy = rows_str(r, a, 2),
						   .fetched_at = rows_i64(r, 3),
						   .until = rows_i64(r, 4) };
}

enum { BESIDE = 200 }; /* octets of a row but for its policy, about */

/* The largest go first, of equals the oldest: a policy that says something is some hundred
 * octets, and who fills the book with large ones shall put out nobody else's. */
static err make_room(struct book *b, str but_for)
{
	return book_run(
		b,
		"DELETE FROM sts_policy WHERE domain <> ?3 AND domain IN ("
		"SELECT domain FROM (SELECT domain, sum(length(policy) + ?2) OVER ("
		"ORDER BY length(policy), fetched_at DESC, domain "
		"ROWS UNBOUNDED PRECEDING) AS total FROM sts_policy) WHERE total > ?1)",
		SQL_I(STS_ROOM), SQL_I(BESIDE), SQL_S(but_for));
}

static err put(struct book *b, const struct sts_row *row)
{
	return book_run(b,
			"INSERT OR REPLACE INTO sts_policy "
			"(domain, id, policy, fetched_at, until) "
			"VALUES (?1, ?2, ?3, ?4, ?5)",
			SQL_S(row->domain), SQL_S(row->id), SQL_S(row->policy),
			SQL_I(row->fetched_at), SQL_I(row->until));
}

err sts_put(struct book *b, const struct sts_row *row)
{
	bool mine;
	TRY(book_join(b, &mine));
	err e = put(b, row);
	if (!e.kind)
		e = make_room(b, row->domain);
	return book_leave(b, mine, e);
}

err sts_get(struct book *b, struct arena *a, str domain, int64_t now, struct sts_row *row)
{
	return TABLE_ONE(b, a, read_row, row, "no policy of that domain is known",
			 "SELECT domain, id, policy, fetched_at, until FROM sts_policy "
			 "WHERE domain = ?1 AND until > ?2",
			 SQL_S(domain), SQL_I(now));
}

err sts_expire(struct book *b, int64_t now, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM sts_policy WHERE until <= ?1",
			    SQL_I(now));
}
