#include "store/lists/member_page.h"

#include "store/lists/member_inside.h"

/* A list of 100,000 is read from one index, in whose order it is wanted; what a search
 * looks at is in the index, too. */
#define FITS "(?2 = '%%' OR find LIKE ?2 ESCAPE '\\') "
#define THOSE                                                                \
	MEMBER "WHERE m.id IN (SELECT id FROM member INDEXED BY member_key " \
	       "WHERE list = ?1 AND " FITS
#define IN_ORDER ") ORDER BY m.key"

static err some(struct book *b, struct arena *a, const struct member_want *want,
		str cursor, bool back, size_t limit, struct member_row **m, size_t *count)
{
	str like = table_like(a, want->search);
	if (back)
		return TABLE_ALL(b, a, member_read, m, count,
				 THOSE "AND key < ?3 ORDER BY key DESC LIMIT ?4" IN_ORDER,
				 SQL_I(want->list), SQL_S(like), SQL_S(cursor),
				 SQL_I(limit));
	return TABLE_ALL(b, a, member_read, m, count,
			 THOSE "AND key > ?3 ORDER BY key LIMIT ?4" IN_ORDER,
			 SQL_I(want->list), SQL_S(like), SQL_S(cursor), SQL_I(limit));
}

/* Where there is less than a page on that side, as after others have left, the first one. */
err member_page(struct book *b, struct arena *a, const struct member_want *want,
		size_t limit, struct member_row **m, size_t *count)
{
	bool back = !want->after.n && want->before.n;
	TRY(some(b, a, want, back ? want->before : want->after, back, limit, m, count));
	bool first = back ? *count < limit : want->after.n && !*count;
	return first ? some(b, a, want, STR(""), false, limit, m, count) : OK;
}

static err count_those(struct book *b, int64_t list, str search, int64_t *count)
{
	ARENA(a);
	bool found;
	if (!search.n)
		return book_number(b, count, &found,
				   "SELECT count(*) FROM member WHERE list = ?1",
				   SQL_I(list));
	return book_number(b, count, &found,
			   "SELECT count(*) FROM member INDEXED BY member_key "
			   "WHERE list = ?1 AND " FITS,
			   SQL_I(list), SQL_S(table_like(a, search)));
}

err member_place(struct book *b, const struct member_want *want, str key, int64_t *before,
		 int64_t *all)
{
	ARENA(a);
	bool found;
	*before = 0;
	if (key.n)
		TRY(book_number(b, before, &found,
				"SELECT count(*) FROM member INDEXED BY member_key "
				"WHERE list = ?1 AND " FITS "AND key < ?3",
				SQL_I(want->list), SQL_S(table_like(a, want->search)),
				SQL_S(key)));
	return count_those(b, want->list, want->search, all);
}

err member_count(struct book *b, int64_t list, str search, int64_t *count)
{
	return count_those(b, list, search, count);
}

err member_skip(struct book *b, struct arena *a, int64_t list, str search, size_t skip,
		size_t limit, struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 THOSE "ORDER BY key LIMIT ?4 OFFSET ?3" IN_ORDER, SQL_I(list),
			 SQL_S(table_like(a, search)), SQL_I(skip), SQL_I(limit));
}
