#include "store/archive/url_alias.h"

err archive_alias_add(struct book *b, str path, int64_t list, int64_t post)
{
	return book_run(b,
			"INSERT INTO url_alias (path, list, post) VALUES (?1, ?2, ?3) "
			"ON CONFLICT (path) DO UPDATE SET list = ?2, post = ?3",
			SQL_S(path), SQL_I(list), SQL_I(post));
}

err archive_alias_find(struct book *b, str path, int64_t *list, int64_t *number,
		       bool *found)
{
	struct rows r;
	TRY(book_rows(b, &r,
		      "SELECT u.list, coalesce(p.number, 0) FROM url_alias u "
		      "LEFT JOIN post p ON p.id = u.post "
		      "WHERE u.path IN (?1, ?1 || '/') ORDER BY length(u.path) LIMIT 1",
		      SQL_S(path)));
	*found = rows_next(&r);
	if (*found) {
		*list = rows_i64(&r, 0);
		*number = rows_i64(&r, 1);
	}
	return rows_end(&r);
}
