#include "store/lists/member_page.h"

#include "store/lists/member_inside.h"

/* A list of 100,000 is read from one index, in whose order it is wanted; what a search
 * looks at is in the index, too. */
#define NAME "substr(find, instr(find, ' '))"
#define FITS                                                                   \
	"(?2 = '%%' OR CASE WHEN ?3 < 2 THEN find LIKE ?2 ESCAPE '\\' "        \
	"ELSE instr(" NAME ", '@') = 0 AND " NAME " LIKE ?2 ESCAPE '\\' END) " \
	"AND (?3 % 2 = 0 OR hidden = 0) "
#define THOSE                                                                \
	MEMBER "WHERE m.id IN (SELECT id FROM member INDEXED BY member_key " \
	       "WHERE list = ?1 AND " FITS
#define IN_ORDER ") ORDER BY m.key"

/* ?3: which of them. */
static int64_t only(const struct member_want *want)
{
	return want->visible + 2 * want->by_name;
}

static err some(struct book *b, struct arena *a, const struct member_want *want,
		str cursor, bool back, size_t limit, struct member_row **m, size_t *count)
{
	str like = table_like(a, want->search);
	if (back)
		return TABLE_ALL(b, a, member_read, m, count,
				 THOSE "AND key < ?4 ORDER BY key DESC LIMIT ?5" IN_ORDER,
				 SQL_I(want->list), SQL_S(like), SQL_I(only(want)),
				 SQL_S(cursor), SQL_I(limit));
	return TABLE_ALL(b, a, member_read, m, count,
			 THOSE "AND key > ?4 ORDER BY key LIMIT ?5" IN_ORDER,
			 SQL_I(want->list), SQL_S(like), SQL_I(only(want)), SQL_S(cursor),
			 SQL_I(limit));
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

static err count_those(struct book *b, const struct member_want *want, int64_t *count)
{
	ARENA(a);
	bool found;
	if (!want->search.n && !want->visible)
		return book_number(b, count, &found,
				   "SELECT count(*) FROM member WHERE list = ?1",
				   SQL_I(want->list));
	return book_number(b, count, &found,
			   "SELECT count(*) FROM member INDEXED BY member_key "
			   "WHERE list = ?1 AND " FITS,
			   SQL_I(want->list), SQL_S(table_like(a, want->search)),
			   SQL_I(only(want)));
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
				"WHERE list = ?1 AND " FITS "AND key < ?4",
				SQL_I(want->list), SQL_S(table_like(a, want->search)),
				SQL_I(only(want)), SQL_S(key)));
	return count_those(b, want, all);
}

err member_count(struct book *b, int64_t list, str search, int64_t *count)
{
	return count_those(b, &(struct member_want){ .list = list, .search = search },
			   count);
}

err member_skip(struct book *b, struct arena *a, int64_t list, str search, size_t skip,
		size_t limit, struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 THOSE "ORDER BY key LIMIT ?5 OFFSET ?4" IN_ORDER, SQL_I(list),
			 SQL_S(table_like(a, search)), SQL_I(0), SQL_I(skip),
			 SQL_I(limit));
}
