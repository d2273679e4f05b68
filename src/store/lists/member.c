#include "store/lists/member.h"

#include "store/lists/member_inside.h"

void member_read(struct rows *r, struct arena *a, void *row)
{
	*(struct member_row *)row = (struct member_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.address = rows_i64(r, 2),
		.person = rows_i64(r, 3),
		.key = rows_str(r, a, 4),
		.text = rows_str(r, a, 5),
		.name = rows_str(r, a, 6),
		.verified_at = rows_i64(r, 7),
		.joined_at = rows_i64(r, 8),
		.delivery = rows_str(r, a, 9),
		.off_by = rows_str(r, a, 10),
		.action = rows_str(r, a, 11),
		.own_posts = rows_i64(r, 12),
		.copies = rows_i64(r, 13),
		.acknowledge = rows_i64(r, 14),
		.hidden = rows_i64(r, 15),
		.bounce_score = rows_real(r, 16),
		.bounce_at = rows_i64(r, 17),
		.bounce_text = rows_str(r, a, 18),
		.bounce_today = rows_real(r, 19),
		.doubt_at = rows_i64(r, 20),
		.probe_at = rows_i64(r, 21),
		.off_at = rows_i64(r, 22),
		.warnings = rows_i64(r, 23),
		.warned_at = rows_i64(r, 24),
		.topics = rows_str(r, a, 25),
		.other_topics = rows_i64(r, 26),
		.last_day = rows_i64(r, 27),
		.off_why = rows_str(r, a, 28),
		.own_name = rows_str(r, a, 29),
		.own = (unsigned)rows_i64(r, 30),
		.form = rows_str(r, a, 31),
		.language = rows_str(r, a, 32),
		.follows = rows_i64(r, 33),
		.moved_at = rows_i64(r, 34),
	};
}

/* What a search looks at; where an address gets another name or person, triggers do it. */
#define FIND_AS(name)                             \
	"SELECT x.text || ' ' || coalesce(" name  \
	", p.name) FROM address x JOIN person p " \
	"ON p.id = x.person WHERE x.id = ?2"

/* Mostly nobody has said anything, and the columns' defaults hold. */
static err begin_as_preferred(struct book *b, int64_t address, int64_t id)
{
	ARENA(a);
	struct preference above;
	struct member_row m;
	TRY(preference_above(b, a, address, &above));
	if (!above.set)
		return OK;
	TRY(member_get(b, a, id, &m));
	return member_change(b, &m);
}

static err add(struct book *b, int64_t list, int64_t address, int64_t now, int64_t *id)
{
	bool found;
	int64_t there;
	err e = TABLE_INSERT(
		b, id,
		"INSERT INTO member (list, address, joined_at, key, find, "
		"unproven) "
		"VALUES (?1, ?2, ?3, coalesce((SELECT key FROM address "
		"WHERE id = ?2), ''), coalesce((" FIND_AS(
			"NULL") "), ''), "
				"coalesce((SELECT verified_at = 0 FROM address "
				"WHERE id = ?2), 0))",
		SQL_I(list), SQL_I(address), SQL_I(now));
	if (!e.kind)
		return begin_as_preferred(b, address, *id);
	if (e.kind != ERR_DENIED)
		return e;
	TRY(book_number(b, &there, &found,
			"SELECT id FROM member WHERE list = ?1 AND address = ?2",
			SQL_I(list), SQL_I(address)));
	return found ? FAIL(ERR_DENIED, "that address is a member already")
		     : FAIL(ERR_NOTFOUND, "there is no such list or address");
}

err member_add(struct book *b, int64_t list, int64_t address, int64_t now, int64_t *id)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, list, address, now, id));
}

err member_get(struct book *b, struct arena *a, int64_t id, struct member_row *m)
{
	return TABLE_ONE(b, a, member_read, m, MEMBER_NONE, MEMBER "WHERE m.id = ?1",
			 SQL_I(id));
}

err member_find(struct book *b, struct arena *a, int64_t list, str key,
		struct member_row *m)
{
	return TABLE_ONE(b, a, member_read, m, MEMBER_NONE,
			 MEMBER "WHERE x.key = ?2 AND m.list = ?1", SQL_I(list),
			 SQL_S(key));
}

/* The + keeps SQLite at the few addresses of the person. */
err member_of_person(struct book *b, struct arena *a, int64_t list, int64_t person,
		     struct member_row *m)
{
	return TABLE_ONE(b, a, member_read, m, MEMBER_NONE,
			 MEMBER "WHERE x.person = ?2 AND +m.list = ?1 "
				"ORDER BY m.delivery = 'off', m.id LIMIT 1",
			 SQL_I(list), SQL_I(person));
}

err member_all_of_person(struct book *b, struct arena *a, int64_t list, int64_t person,
			 struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE x.person = ?2 AND +m.list = ?1 "
				"ORDER BY m.delivery = 'off', m.id",
			 SQL_I(list), SQL_I(person));
}

err member_since(struct book *b, int64_t list, int64_t person, int64_t *at)
{
	bool found;
	*at = 0;
	TRY(book_number(
		b, at, &found,
		"SELECT m.joined_at FROM address x JOIN member m ON m.address = x.id "
		"WHERE x.person = ?1 AND +m.list = ?2 AND x.verified_at > 0 "
		"ORDER BY m.joined_at LIMIT 1",
		SQL_I(person), SQL_I(list)));
	return found ? OK : FAIL(ERR_NOTFOUND, MEMBER_NONE);
}

static err write(struct book *b, const struct member_row *m)
{
	TRY(member_turn(b, m));
	TRY(book_run(b,
		     "UPDATE member SET bounce_score = 0, bounce_at = 0, "
		     "bounce_today = 0, doubt_at = 0, probe_at = 0, off_at = 0, "
		     "warnings = 0, warned_at = 0 "
		     "WHERE id = ?1 AND delivery = 'off' AND ?2 <> 'off'",
		     SQL_I(m->id), SQL_S(m->delivery)));
	return TABLE_MUST(
		b, MEMBER_NONE,
		"UPDATE member SET address = ?2, "
		"key = coalesce((SELECT key FROM address WHERE id = ?2), key), "
		"find = coalesce((" FIND_AS(
			"nullif(?18, '')") "), find), "
					   "name = ?18, delivery = ?3, off_by = ?4, "
					   "action = ?5, own_posts = ?6, copies = ?7, "
					   "acknowledge = ?8, "
					   "hidden = ?9, topics = ?10, other_topics = "
					   "?11, last_day = ?12, "
					   "off_why = CASE ?3 WHEN 'off' THEN ?13 ELSE "
					   "'' END, "
					   "off_at = CASE ?4 WHEN 'bounces' THEN off_at "
					   "ELSE 0 END, "
					   "own = ?14, form = ?15, language = ?16, "
					   "follows = ?17 WHERE id = ?1",
		SQL_I(m->id), SQL_I(m->address), SQL_S(m->delivery), SQL_S(m->off_by),
		SQL_S(m->action), SQL_I(m->own_posts), SQL_I(m->copies),
		SQL_I(m->acknowledge), SQL_I(m->hidden), SQL_S(m->topics),
		SQL_I(m->other_topics), SQL_I(m->last_day), SQL_S(m->off_why),
		SQL_I(m->own), SQL_S(m->form), SQL_S(m->language), SQL_I(m->follows),
		SQL_S(m->own_name));
}

static err change(struct book *b, const struct member_row *wanted)
{
	ARENA(a);
	struct member_row was, m = *wanted;
	TRY(member_get(b, a, m.id, &was));
	TRY(member_settle(b, a, &was, &m));
	return write(b, &m);
}

err member_change(struct book *b, const struct member_row *m)
{
	bool mine;
	TRY(book_join(b, &mine));
	err e = book_leave(b, mine, change(b, m));
	return e.kind == ERR_DENIED
		       ? FAIL(ERR_DENIED, "the other address is a member already")
		       : e;
}

err member_remove(struct book *b, int64_t id)
{
	return TABLE_MUST(b, MEMBER_NONE, "DELETE FROM member WHERE id = ?1", SQL_I(id));
}

err member_list(struct book *b, struct arena *a, int64_t list, int64_t after,
		size_t limit, struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE m.list = ?1 AND m.id > ?2 ORDER BY m.id LIMIT ?3",
			 SQL_I(list), SQL_I(after), SQL_I(limit));
}

err member_by_key(struct book *b, struct arena *a, str key, struct member_row **m,
		  size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE x.key = ?1 ORDER BY m.list", SQL_S(key));
}

err member_by_person(struct book *b, struct arena *a, int64_t person,
		     struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE x.person = ?1 ORDER BY m.list, m.id",
			 SQL_I(person));
}

err member_ended(struct book *b, struct arena *a, int64_t now, int64_t after,
		 size_t limit, struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE m.last_day > 0 AND m.last_day <= ?1 - 86400 "
				"AND m.id > ?2 ORDER BY m.id LIMIT ?3",
			 SQL_I(now), SQL_I(after), SQL_I(limit));
}
