#include "store/lists/person.h"

#include "base/rand.h"
#include "store/table.h"

#define PERSON                                                                 \
	"SELECT p.id, p.name, p.language, p.password, p.scram_salt, p.admin, " \
	"p.may_send, p.send_budget, p.created_at, p.preferred, p.timezone "    \
	"FROM person p "

static const char nobody[] = "there is no such person";

static void read_person(struct rows *r, struct arena *a, void *row)
{
	*(struct person_row *)row = (struct person_row){
		.id = rows_i64(r, 0),
		.name = rows_str(r, a, 1),
		.language = rows_str(r, a, 2),
		.password = rows_str(r, a, 3),
		.scram_salt = rows_str(r, a, 4),
		.admin = rows_i64(r, 5),
		.may_send = rows_i64(r, 6),
		.send_budget = rows_i64(r, 7),
		.created_at = rows_i64(r, 8),
		.preferred = rows_i64(r, 9),
		.timezone = rows_str(r, a, 10),
	};
}

err person_add(struct book *b, str name, int64_t now, int64_t *id)
{
	char salt[PERSON_SALT];
	rand_bytes(salt, sizeof salt);
	return TABLE_INSERT(
		b, id,
		"INSERT INTO person (name, scram_salt, send_budget, created_at) "
		"VALUES (?1, ?2, ?3, ?4)",
		SQL_S(name), SQL_B(((str){ salt, sizeof salt })), SQL_I(PERSON_BUDGET),
		SQL_I(now));
}

err person_get(struct book *b, struct arena *a, int64_t id, struct person_row *p)
{
	return TABLE_ONE(b, a, read_person, p, nobody, PERSON "WHERE p.id = ?1",
			 SQL_I(id));
}

err person_by_key(struct book *b, struct arena *a, str key, struct person_row *p)
{
	return TABLE_ONE(b, a, read_person, p, nobody,
			 PERSON "JOIN address x ON x.person = p.id WHERE x.key = ?1",
			 SQL_S(key));
}

err person_change(struct book *b, const struct person_row *p)
{
	return TABLE_MUST(b, nobody,
			  "UPDATE person SET name = ?2, language = ?3, password = ?4, "
			  "admin = ?5, may_send = ?6, send_budget = ?7, timezone = ?8 "
			  "WHERE id = ?1",
			  SQL_I(p->id), SQL_S(p->name), SQL_S(p->language),
			  SQL_S(p->password), SQL_I(p->admin), SQL_I(p->may_send),
			  SQL_I(p->send_budget), SQL_S(p->timezone));
}

err person_prefer(struct book *b, int64_t id, int64_t address)
{
	return TABLE_MUST(b, nobody, "UPDATE person SET preferred = ?2 WHERE id = ?1",
			  SQL_I(id), SQL_I(address));
}

err person_remove(struct book *b, int64_t id)
{
	return TABLE_MUST(b, nobody, "DELETE FROM person WHERE id = ?1", SQL_I(id));
}

#define MATCHES                                                           \
	"(p.name LIKE ?1 ESCAPE '\\' OR EXISTS (SELECT 1 FROM address x " \
	"WHERE x.person = p.id AND x.text LIKE ?1 ESCAPE '\\')) "

err person_list(struct book *b, struct arena *a, str search, size_t skip, size_t limit,
		struct person_row **p, size_t *count)
{
	if (!search.n)
		return TABLE_ALL(b, a, read_person, p, count,
				 PERSON "ORDER BY p.id LIMIT ?2 OFFSET ?1", SQL_I(skip),
				 SQL_I(limit));
	return TABLE_ALL(b, a, read_person, p, count,
			 PERSON "WHERE " MATCHES "ORDER BY p.id LIMIT ?3 OFFSET ?2",
			 SQL_S(table_like(a, search)), SQL_I(skip), SQL_I(limit));
}

/* Both halves are read in order of the person, so that they end where the page is full. */
#define FOUND(way, order)                                                 \
	PERSON "WHERE p.id IN (SELECT id FROM person WHERE id " way       \
	       " ?2 AND name LIKE ?1 ESCAPE '\\' UNION SELECT person "    \
	       "FROM address INDEXED BY address_person WHERE person " way \
	       " ?2 AND text LIKE ?1 ESCAPE '\\' ORDER BY 1 " order       \
	       " LIMIT ?3) ORDER BY p.id"
#define ALL(way, order)                                             \
	PERSON "WHERE p.id IN (SELECT id FROM person WHERE id " way \
	       " ?1 ORDER BY id " order " LIMIT ?2) ORDER BY p.id"

static err some_of(struct book *b, struct arena *a, str search, int64_t cursor, bool back,
		   size_t limit, struct person_some *x)
{
	if (!search.n)
		return TABLE_ALL(b, a, read_person, &x->rows, &x->count,
				 back ? ALL("<", "DESC") : ALL(">", "ASC"), SQL_I(cursor),
				 SQL_I(limit));
	return TABLE_ALL(b, a, read_person, &x->rows, &x->count,
			 back ? FOUND("<", "DESC") : FOUND(">", "ASC"),
			 SQL_S(table_like(a, search)), SQL_I(cursor), SQL_I(limit));
}

/* One more than the page is asked for, which says whether there are others. Where there is
 * less than a page on the way back, as after others have gone, the first one. */
err person_page(struct book *b, struct arena *a, const struct person_want *want,
		size_t limit, struct person_some *some)
{
	struct person_some x = { 0 };
	bool back = !want->after && want->before;
	if (back) {
		TRY(some_of(b, a, want->search, want->before, true, limit + 1, &x));
		x.earlier = x.count > limit;
		x.later = true;
		x.rows += x.earlier;
	}
	if (!back || x.count < limit) {
		TRY(some_of(b, a, want->search, back ? 0 : want->after, false, limit + 1,
			    &x));
		x.earlier = !back && want->after;
		x.later = x.count > limit;
	}
	if (x.count > limit)
		x.count = limit;
	*some = x;
	return OK;
}

err person_newest(struct book *b, int64_t *id)
{
	bool found;
	return book_number(b, id, &found, "SELECT coalesce(max(id), 0) FROM person");
}

err person_count(struct book *b, str search, int64_t *count)
{
	ARENA(a);
	bool found;
	if (!search.n)
		return book_number(b, count, &found, "SELECT count(*) FROM person");
	return book_number(b, count, &found,
			   "SELECT count(*) FROM person p WHERE " MATCHES,
			   SQL_S(table_like(a, search)));
}

err person_admins(struct book *b, struct arena *a, struct person_row **p, size_t *count)
{
	return TABLE_ALL(b, a, read_person, p, count,
			 PERSON "WHERE p.admin = 1 ORDER BY p.id");
}
