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
	*(struct archive_author *)row = (struct archive_author){
		rows_str(r, a, 0), rows_str(r, a, 1), rows_i64(r, 2), rows_i64(r, 3)
	};
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
	if (authors)
		TRY(book_number(b, authors, &found,
				"SELECT count(DISTINCT address) FROM month_author "
				"WHERE list = ?1 AND month >= ?2 "
				"AND (address <> '' OR name <> '')",
				SQL_I(list), SQL_I(from)));
	return TABLE_ALL(b, a, read_author, x, count,
			 "SELECT address, name, posts, (SELECT number FROM post "
			 "WHERE from_address = address COLLATE NOCASE AND list = ?1 "
			 "AND from_address <> '' ORDER BY id LIMIT 1) "
			 "FROM (SELECT address, name, "
			 "sum(posts) AS posts, max(month) FROM month_author "
			 "WHERE list = ?1 AND month >= ?2 "
			 "AND (address <> '' OR name <> '') GROUP BY address "
			 "ORDER BY 3 DESC, address LIMIT ?3) "
			 "ORDER BY posts DESC, address",
			 SQL_I(list), SQL_I(from), SQL_I(limit));
}

err archive_posts_by_author(struct book *b, struct arena *a, str address, int64_t after,
			    size_t limit, struct archive_posts *out)
{
	return TABLE_ALL(b, a, archive_post_read, &out->list, &out->count,
			 "SELECT " ARCHIVE_POST " FROM post p "
			 "WHERE p.from_address = ?1 COLLATE NOCASE AND p.id > ?2 "
			 "ORDER BY p.id LIMIT ?3",
			 SQL_S(address), SQL_I(after), SQL_I(limit));
}

err archive_posts_of_author(struct book *b, struct arena *a, int64_t list, str address,
			    int64_t since, int64_t before, size_t limit,
			    struct archive_posts *out)
{
	return TABLE_ALL(b, a, archive_post_read, &out->list, &out->count,
			 "SELECT " ARCHIVE_POST " FROM post p "
			 "WHERE p.from_address = ?1 COLLATE NOCASE AND p.list = ?2 "
			 "AND p.received_at >= ?3 AND (?4 = 0 OR p.id < ?4) "
			 "ORDER BY p.id DESC LIMIT ?5",
			 SQL_S(address), SQL_I(list), SQL_I(since), SQL_I(before),
			 SQL_I(limit));
}

err archive_author_first(struct book *b, int64_t list, str address, int64_t since,
			 int64_t *number, bool *found)
{
	return book_number(b, number, found,
			   "SELECT number FROM post WHERE from_address = ?1 "
			   "COLLATE NOCASE AND list = ?2 AND received_at >= ?3 "
			   "ORDER BY id LIMIT 1",
			   SQL_S(address), SQL_I(list), SQL_I(since));
}

static void read_year(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct archive_author_year *)row = (struct archive_author_year){
		rows_i64(r, 0), rows_i64(r, 1)
	};
}

err archive_author_years(struct book *b, struct arena *a, int64_t list, str address,
			 int64_t since, struct archive_author_year **years, size_t *count)
{
	return TABLE_ALL(
		b, a, read_year, years, count,
		"SELECT CAST(strftime('%Y', date, 'unixepoch') AS INTEGER) AS y, "
		"count(*) FROM post WHERE from_address = ?1 COLLATE NOCASE "
		"AND list = ?2 AND received_at >= ?3 GROUP BY y ORDER BY y DESC",
		SQL_S(address), SQL_I(list), SQL_I(since));
}

static void read_name(struct rows *r, struct arena *a, void *row)
{
	*(str *)row = rows_str(r, a, 0);
}

err archive_author_names(struct book *b, struct arena *a, str address, size_t limit,
			 str **names, size_t *count)
{
	return TABLE_ALL(b, a, read_name, names, count,
			 "SELECT DISTINCT from_name FROM post WHERE from_address = ?1 "
			 "COLLATE NOCASE AND from_name <> '' ORDER BY 1 LIMIT ?2",
			 SQL_S(address), SQL_I(limit));
}

err archive_author_unname(struct book *b, const struct archive_post *p)
{
	return book_run(
		b,
		"UPDATE month_author SET name = coalesce((SELECT from_name FROM post "
		"WHERE from_address = ?2 COLLATE NOCASE AND list = ?1 "
		"ORDER BY id DESC LIMIT 1), '') "
		"WHERE list = ?1 AND address = lower(?2) AND name = ?3",
		SQL_I(p->list), SQL_S(p->from_address), SQL_S(p->from_name));
}
