#include "store/lists/member_page.h"

#include "store/lists/member_inside.h"

/* A list of 100,000 is read from one index, in whose order it is wanted; what a search
 * looks at is in the index, too. */
#define OFF     "delivery = 'off' "
#define BOUNCES "delivery = 'off' AND off_by = 'bounces' "
#define WATCHED "action IN ('hold', 'reject', 'discard') "
#define DIGEST  "delivery IN ('mime', 'plain', 'summary') "
#define NAME    "substr(find, instr(find, ' '))"
#define FITS                                                                   \
	"(?4 = 0 OR CASE ?4 WHEN 1 THEN " OFF "WHEN 2 THEN " BOUNCES           \
	"WHEN 3 THEN " WATCHED "WHEN 4 THEN " DIGEST "ELSE unproven = 1 END) " \
	"AND (?2 = '%%' OR CASE WHEN ?3 < 2 THEN find LIKE ?2 ESCAPE '\\' "    \
	"ELSE instr(" NAME ", '@') = 0 AND " NAME " LIKE ?2 ESCAPE '\\' END) " \
	"AND (?3 % 2 = 0 OR hidden = 0) "
#define THOSE                                                                \
	MEMBER "WHERE m.id IN (SELECT id FROM member INDEXED BY member_key " \
	       "WHERE list = ?1 AND " FITS
#define IN_ORDER ") ORDER BY m.key"

/* ?3: which of them; ?4 is their state. */
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
				 THOSE "AND key < ?5 ORDER BY key DESC LIMIT ?6" IN_ORDER,
				 SQL_I(want->list), SQL_S(like), SQL_I(only(want)),
				 SQL_I(want->state), SQL_S(cursor), SQL_I(limit));
	return TABLE_ALL(b, a, member_read, m, count,
			 THOSE "AND key > ?5 ORDER BY key LIMIT ?6" IN_ORDER,
			 SQL_I(want->list), SQL_S(like), SQL_I(only(want)),
			 SQL_I(want->state), SQL_S(cursor), SQL_I(limit));
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

/* Each from an index that holds no others. */
static const struct {
	const char *word, *count;
} states[] = {
	[MEMBER_ANY] = { "", "SELECT count(*) FROM member WHERE list = ?1" },
	[MEMBER_OFF] = { "off", "SELECT count(*) FROM member INDEXED BY member_ways "
				"WHERE list = ?1 AND delivery <> 'regular' AND " OFF },
	[MEMBER_BOUNCES] = { "bounces",
			     "SELECT count(*) FROM member INDEXED BY member_ways WHERE "
			     "list = ?1 AND delivery <> 'regular' AND " BOUNCES },
	[MEMBER_HELD] = { "held", "SELECT count(*) FROM member INDEXED BY member_watched "
				  "WHERE list = ?1 AND " WATCHED },
	[MEMBER_DIGEST] = { "digest",
			    "SELECT count(*) FROM member INDEXED BY member_ways WHERE "
			    "list = ?1 AND delivery <> 'regular' AND " DIGEST },
	[MEMBER_UNPROVEN] = { "unproven",
			      "SELECT count(*) FROM member INDEXED BY member_unproven "
			      "WHERE list = ?1 AND unproven = 1" },
};

static err count_state(struct book *b, int64_t list, enum member_state state,
		       int64_t *count)
{
	bool found;
	return book_number(b, count, &found, states[state].count, SQL_I(list));
}

err member_states(struct book *b, int64_t list, int64_t counts[MEMBER_STATES])
{
	int64_t n[MEMBER_STATES];
	for (int i = 0; i < MEMBER_STATES; i++)
		TRY(count_state(b, list, (enum member_state)i, &n[i]));
	memcpy(counts, n, sizeof n);
	return OK;
}

enum member_state member_state_read(str word)
{
	int i = MEMBER_STATES - 1;
	while (i > MEMBER_ANY && !str_eq(word, str_from(states[i].word)))
		i--;
	return (enum member_state)i;
}

str member_state_word(enum member_state state)
{
	return str_from(states[state].word);
}

static err count_those(struct book *b, const struct member_want *want, int64_t *count)
{
	ARENA(a);
	bool found;
	if (!want->search.n && !want->visible)
		return count_state(b, want->list, want->state, count);
	return book_number(b, count, &found,
			   "SELECT count(*) FROM member INDEXED BY member_key "
			   "WHERE list = ?1 AND " FITS,
			   SQL_I(want->list), SQL_S(table_like(a, want->search)),
			   SQL_I(only(want)), SQL_I(want->state));
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
				"WHERE list = ?1 AND " FITS "AND key < ?5",
				SQL_I(want->list), SQL_S(table_like(a, want->search)),
				SQL_I(only(want)), SQL_I(want->state), SQL_S(key)));
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
			 THOSE "ORDER BY key LIMIT ?6 OFFSET ?5" IN_ORDER, SQL_I(list),
			 SQL_S(table_like(a, search)), SQL_I(0), SQL_I(MEMBER_ANY),
			 SQL_I(skip), SQL_I(limit));
}

static void read_key(struct rows *r, struct arena *a, void *row)
{
	*(str *)row = rows_str(r, a, 0);
}

err member_keys(struct book *b, struct arena *a, const struct member_want *want,
		size_t limit, str **keys, size_t *count)
{
	return TABLE_ALL(b, a, read_key, keys, count,
			 "SELECT key FROM member INDEXED BY member_key "
			 "WHERE list = ?1 AND " FITS "AND key > ?5 ORDER BY key LIMIT ?6",
			 SQL_I(want->list), SQL_S(table_like(a, want->search)),
			 SQL_I(only(want)), SQL_I(want->state), SQL_S(want->after),
			 SQL_I(limit));
}
