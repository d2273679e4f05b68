#include "store/lists/tally.h"

#include "store/table.h"

static void read_day(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct member_day *)row = (struct member_day){ rows_i64(r, 0), rows_i64(r, 1),
							 rows_i64(r, 2) };
}

static void read_way(struct rows *r, struct arena *a, void *row)
{
	*(struct member_way *)row = (struct member_way){ rows_str(r, a, 0),
							 rows_str(r, a, 1),
							 rows_i64(r, 2) };
}

static void read_week(struct rows *r, struct arena *a, void *row)
{
	*(struct bounce_week *)row = (struct bounce_week){ rows_i64(r, 0),
							   rows_str(r, a, 1),
							   rows_i64(r, 2) };
}

err member_days(struct book *b, struct arena *a, int64_t list, struct member_day **d,
		size_t *count)
{
	return TABLE_ALL(b, a, read_day, d, count,
			 "SELECT day, joined, gone FROM member_day WHERE list = ?1 "
			 "ORDER BY day",
			 SQL_I(list));
}

err member_ways(struct book *b, struct arena *a, int64_t list, struct member_way **w,
		size_t *count)
{
	return TABLE_ALL(b, a, read_way, w, count,
			 "SELECT 'regular', '', (SELECT count(*) FROM member "
			 "WHERE list = ?1 AND delivery = 'regular') UNION ALL "
			 "SELECT delivery, off_by, count(*) FROM member "
			 "WHERE list = ?1 AND delivery <> 'regular' "
			 "GROUP BY delivery, off_by ORDER BY 3 DESC, 1, 2",
			 SQL_I(list));
}

err bounced_weeks(struct book *b, struct arena *a, int64_t list, int64_t since,
		  struct bounce_week **w, size_t *count)
{
	return TABLE_ALL(b, a, read_week, w, count,
			 "SELECT (at - ?2) / 604800, class, count(*) FROM bounce "
			 "WHERE list = ?1 AND at >= ?2 GROUP BY 1, 2 ORDER BY 1",
			 SQL_I(list), SQL_I(since));
}
