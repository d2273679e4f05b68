#include "store/archive/author.h"

#include "store/table.h"

static void read_month(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct archive_author_month *)row = (struct archive_author_month){
		rows_i64(r, 0), rows_i64(r, 1), rows_i64(r, 2)
	};
}

static void read_author(struct rows *r, struct arena *a, void *row)
{
	*(struct archive_author *)row = (struct archive_author){ rows_str(r, a, 0),
								 rows_str(r, a, 1),
								 rows_i64(r, 2) };
}

err archive_author_months(struct book *b, struct arena *a, int64_t list, int64_t from,
			  struct archive_author_month **m, size_t *count)
{
	return TABLE_ALL(b, a, read_month, m, count,
			 "SELECT month, sum(posts), count(*) FROM month_author "
			 "WHERE list = ?1 AND month >= ?2 GROUP BY month ORDER BY month",
			 SQL_I(list), SQL_I(from));
}

/* The name beside max(month) is the one of that row (SQLite's rule for a bare column). */
err archive_authors(struct book *b, struct arena *a, int64_t list, int64_t from,
		    size_t limit, struct archive_author **x, size_t *count,
		    int64_t *authors)
{
	bool found;
	TRY(book_number(b, authors, &found,
			"SELECT count(DISTINCT address) FROM month_author "
			"WHERE list = ?1 AND month >= ?2",
			SQL_I(list), SQL_I(from)));
	return TABLE_ALL(b, a, read_author, x, count,
			 "SELECT address, name, posts FROM (SELECT address, name, "
			 "sum(posts) AS posts, max(month) FROM month_author "
			 "WHERE list = ?1 AND month >= ?2 GROUP BY address) "
			 "ORDER BY posts DESC, address LIMIT ?3",
			 SQL_I(list), SQL_I(from), SQL_I(limit));
}
