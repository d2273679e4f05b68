#include "store/archive/day.h"

#include "store/table.h"

static void read_day(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct archive_day *)row = (struct archive_day){ rows_i64(r, 0) * 86400,
							   rows_i64(r, 1) };
}

err archive_days(struct book *b, struct arena *a, int64_t list, int64_t from,
		 int64_t until, int64_t since, struct archive_day **days, size_t *count)
{
	return TABLE_ALL(b, a, read_day, days, count,
			 "SELECT date / 86400 AS day, count(*) FROM post "
			 "WHERE list = ?1 AND date >= ?2 AND date < ?3 "
			 "AND received_at >= ?4 GROUP BY day ORDER BY day",
			 SQL_I(list), SQL_I(from), SQL_I(until), SQL_I(since));
}

static int64_t midnight(int64_t date, bool found)
{
	return found ? date - date % 86400 : 0;
}

err archive_days_beside(struct book *b, int64_t list, int64_t from, int64_t until,
			int64_t since, int64_t *before, int64_t *after)
{
	bool found;
	TRY(book_number(
		b, before, &found,
		"SELECT date FROM post WHERE list = ?1 AND date < ?2 AND date > 0 "
		"AND received_at >= ?3 ORDER BY date DESC LIMIT 1",
		SQL_I(list), SQL_I(from), SQL_I(since)));
	*before = midnight(*before, found);
	TRY(book_number(b, after, &found,
			"SELECT date FROM post WHERE list = ?1 AND date >= ?2 "
			"AND received_at >= ?3 ORDER BY date LIMIT 1",
			SQL_I(list), SQL_I(until), SQL_I(since)));
	*after = midnight(*after, found);
	return OK;
}
