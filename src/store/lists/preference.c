#include "store/lists/preference.h"

#include "store/lists/member.h"
#include "store/table.h"

struct preference preference_usual(void)
{
	return (struct preference){ .form = STR("regular"),
				    .own_posts = true,
				    .copies = true,
				    .language = STR("") };
}

#define OPTIONS "off, form, own_posts, copies, acknowledge, hidden, language"

static bool yes_no(struct rows *r, int column, unsigned bit, bool usual, unsigned *set)
{
	if (rows_null(r, column))
		return usual;
	*set |= bit;
	return rows_i64(r, column);
}

static str text(struct rows *r, struct arena *a, int column, unsigned bit, str usual,
		unsigned *set)
{
	if (rows_null(r, column))
		return usual;
	*set |= bit;
	return rows_str(r, a, column);
}

/* Over what p holds already. */
static void read_over(struct rows *r, struct arena *a, struct preference *p)
{
	unsigned set = p->set;
	p->off = yes_no(r, 0, PREFERS_OFF, p->off, &set);
	p->form = text(r, a, 1, PREFERS_FORM, p->form, &set);
	p->own_posts = yes_no(r, 2, PREFERS_OWN_POSTS, p->own_posts, &set);
	p->copies = yes_no(r, 3, PREFERS_COPIES, p->copies, &set);
	p->acknowledge = yes_no(r, 4, PREFERS_ACKNOWLEDGE, p->acknowledge, &set);
	p->hidden = yes_no(r, 5, PREFERS_HIDDEN, p->hidden, &set);
	p->language = text(r, a, 6, PREFERS_LANGUAGE, p->language, &set);
	p->set = set;
}

err preference_get(struct book *b, struct arena *a, struct preference *p)
{
	struct preference found = preference_usual();
	struct rows r;
	found.person = p->person;
	found.address = p->address;
	TRY(book_rows(b, &r,
		      "SELECT " OPTIONS " FROM preference WHERE person = ?1 "
		      "UNION ALL SELECT " OPTIONS " FROM preference WHERE address = ?2",
		      SQL_I(p->person), SQL_I(p->address)));
	if (rows_next(&r))
		read_over(&r, a, &found);
	TRY(rows_end(&r));
	*p = found;
	return OK;
}

err preference_above(struct book *b, struct arena *a, int64_t address,
		     struct preference *p)
{
	struct preference found = preference_usual();
	struct rows r;
	TRY(book_rows(b, &r,
		      "SELECT " OPTIONS ", 1 FROM preference WHERE person = "
		      "(SELECT x.person FROM address x WHERE x.id = ?1) UNION ALL "
		      "SELECT " OPTIONS ", 2 FROM preference WHERE address = ?1 "
		      "ORDER BY 8",
		      SQL_I(address)));
	while (rows_next(&r)) /* the person's first: the address's word goes over it */
		read_over(&r, a, &found);
	TRY(rows_end(&r));
	*p = found;
	return OK;
}

/* ---- changing them */

static err spread(struct book *b, const int64_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ARENA(a);
		struct member_row m;
		TRY(member_get(b, a, ids[i], &m));
		TRY(member_change(b, &m));
	}
	return OK;
}

static void read_id(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(int64_t *)row = rows_i64(r, 0);
}

static err spread_address(struct book *b, int64_t address)
{
	ARENA(a);
	int64_t *ids;
	size_t n;
	TRY(TABLE_ALL(b, a, read_id, &ids, &n, "SELECT id FROM member WHERE address = ?1",
		      SQL_I(address)));
	return spread(b, ids, n);
}

static err spread_person(struct book *b, int64_t person)
{
	ARENA(a);
	int64_t *ids;
	size_t n;
	TRY(TABLE_ALL(b, a, read_id, &ids, &n,
		      "SELECT m.id FROM address x JOIN member m ON m.address = x.id "
		      "WHERE x.person = ?1",
		      SQL_I(person)));
	return spread(b, ids, n);
}

err preference_spread(struct book *b, int64_t address)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, spread_address(b, address));
}

static struct sql_value if_set(const struct preference *p, unsigned bit,
			       struct sql_value v)
{
	return p->set & bit ? v : SQL_N();
}

static struct sql_value whose(int64_t id)
{
	return id ? SQL_I(id) : SQL_N();
}

static err write(struct book *b, const struct preference *p)
{
	TRY(book_run(b, "DELETE FROM preference WHERE person = ?1 OR address = ?2",
		     SQL_I(p->person), SQL_I(p->address)));
	if (!p->set)
		return OK;
	err e = book_run(b,
			 "INSERT INTO preference (person, address, " OPTIONS ") "
			 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
			 whose(p->person), whose(p->address),
			 if_set(p, PREFERS_OFF, SQL_I(p->off)),
			 if_set(p, PREFERS_FORM, SQL_S(p->form)),
			 if_set(p, PREFERS_OWN_POSTS, SQL_I(p->own_posts)),
			 if_set(p, PREFERS_COPIES, SQL_I(p->copies)),
			 if_set(p, PREFERS_ACKNOWLEDGE, SQL_I(p->acknowledge)),
			 if_set(p, PREFERS_HIDDEN, SQL_I(p->hidden)),
			 if_set(p, PREFERS_LANGUAGE, SQL_S(p->language)));
	return e.kind == ERR_DENIED
		       ? FAIL(ERR_NOTFOUND, "there is no such person or address")
		       : e;
}

static err put(struct book *b, const struct preference *p)
{
	TRY(write(b, p));
	return p->person ? spread_person(b, p->person) : spread_address(b, p->address);
}

err preference_put(struct book *b, const struct preference *p)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, put(b, p));
}

err preference_language(struct book *b, struct arena *a, int64_t list, str key,
			str *language)
{
	struct rows r;
	str found = STR("");
	TRY(book_rows(b, &r,
		      "SELECT coalesce(nullif(m.language, ''), f.language, p.language) "
		      "FROM address x JOIN person p ON p.id = x.person "
		      "LEFT JOIN preference f ON f.address = x.id "
		      "LEFT JOIN member m ON m.address = x.id AND m.list = ?1 "
		      "WHERE x.key = ?2",
		      SQL_I(list), SQL_S(key)));
	if (rows_next(&r))
		found = rows_str(&r, a, 0);
	TRY(rows_end(&r));
	*language = found;
	return OK;
}
