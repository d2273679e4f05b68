#include "store/lists/address.h"

#include "base/clock.h"
#include "store/lists/follow.h"
#include "store/lists/mark.h"
#include "store/lists/member.h"
#include "store/lists/person.h"
#include "store/lists/reading.h"
#include "store/table.h"

#define ADDRESS "SELECT id, person, key, text, verified_at FROM address "

static const char none[] = "that address is nobody's here";

static void read_address(struct rows *r, struct arena *a, void *row)
{
	*(struct address_row *)row = (struct address_row){
		.id = rows_i64(r, 0),
		.person = rows_i64(r, 1),
		.key = rows_str(r, a, 2),
		.text = rows_str(r, a, 3),
		.verified_at = rows_i64(r, 4),
	};
}

err address_find(struct book *b, struct arena *a, str key, struct address_row *x)
{
	return TABLE_ONE(b, a, read_address, x, none, ADDRESS "WHERE key = ?1",
			 SQL_S(key));
}

err address_get(struct book *b, struct arena *a, int64_t id, struct address_row *x)
{
	return TABLE_ONE(b, a, read_address, x, none, ADDRESS "WHERE id = ?1", SQL_I(id));
}

err address_add(struct book *b, int64_t person, str key, str text, int64_t *id)
{
	err e = TABLE_INSERT(
		b, id, "INSERT INTO address (person, key, text) VALUES (?1, ?2, ?3)",
		SQL_I(person), SQL_S(key), SQL_S(text));
	return e.kind == ERR_DENIED
		       ? FAIL(ERR_DENIED, "that address is somebody's already")
		       : e;
}

static err ensure(struct book *b, struct arena *a, str key, str text, str name,
		  int64_t now, struct address_row *x)
{
	int64_t person, id;
	err e = address_find(b, a, key, x);
	if (e.kind == ERR_NOTFOUND) {
		TRY(person_add(b, name, now, &person));
		TRY(address_add(b, person, key, text, &id));
		*x = (struct address_row){ .id = id,
					   .person = person,
					   .key = arena_copy(a, key),
					   .text = arena_copy(a, text) };
		return OK;
	}
	TRY(e);
	if (!name.n)
		return OK;
	return book_run(b, "UPDATE person SET name = ?2 WHERE id = ?1 AND name = ''",
			SQL_I(x->person), SQL_S(name));
}

err address_ensure(struct book *b, struct arena *a, str key, str text, str name,
		   int64_t now, struct address_row *x)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, ensure(b, a, key, text, name, now, x));
}

err address_verify(struct book *b, int64_t id, int64_t now)
{
	return TABLE_MUST(b, none, "UPDATE address SET verified_at = ?2 WHERE id = ?1",
			  SQL_I(id), SQL_I(now));
}

static err owner_of(struct book *b, int64_t id, int64_t *person)
{
	bool found;
	TRY(book_number(b, person, &found, "SELECT person FROM address WHERE id = ?1",
			SQL_I(id)));
	return found ? OK : FAIL(ERR_NOTFOUND, none);
}

static err drop_bare_person(struct book *b, int64_t person)
{
	return book_run(b,
			"DELETE FROM person WHERE id = ?1 AND NOT EXISTS "
			"(SELECT 1 FROM address WHERE person = ?1)",
			SQL_I(person));
}

/* Memberships that are the person's own stay with them where they have another address. */
static err leave_behind(struct book *b, int64_t id, int64_t person)
{
	ARENA(a);
	struct member_followed *f;
	size_t n;
	return member_follow(b, a, person, id, clock_now(), &f, &n);
}

/* Whoever gets the last address of somebody is that person, too: what they marked, follow and
 * have read goes along. */
static err hand_over(struct book *b, int64_t from, int64_t to)
{
	int64_t address;
	bool others;
	TRY(book_number(b, &address, &others,
			"SELECT id FROM address WHERE person = ?1 LIMIT 1", SQL_I(from)));
	if (others)
		return OK;
	TRY(mark_move(b, from, to));
	TRY(follow_move(b, from, to));
	return reading_move(b, from, to);
}

static err move(struct book *b, int64_t id, int64_t person)
{
	int64_t before;
	TRY(owner_of(b, id, &before));
	if (before == person)
		return OK;
	TRY(leave_behind(b, id, before));
	TRY(book_run(b, "UPDATE member SET follows = 0 WHERE address = ?1", SQL_I(id)));
	err e = book_run(b, "UPDATE address SET person = ?2 WHERE id = ?1", SQL_I(id),
			 SQL_I(person));
	if (e.kind == ERR_DENIED)
		return FAIL(ERR_NOTFOUND, "there is no such person");
	TRY(e);
	TRY(preference_spread(b, id));
	TRY(hand_over(b, before, person));
	return drop_bare_person(b, before);
}

err address_move(struct book *b, int64_t id, int64_t person)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, move(b, id, person));
}

static err take_away(struct book *b, int64_t id)
{
	int64_t person;
	TRY(owner_of(b, id, &person));
	TRY(leave_behind(b, id, person));
	TRY(book_run(b, "DELETE FROM address WHERE id = ?1", SQL_I(id)));
	return drop_bare_person(b, person);
}

err address_remove(struct book *b, int64_t id)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, take_away(b, id));
}

err address_of_person(struct book *b, struct arena *a, int64_t person,
		      struct address_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_address, x, count,
			 ADDRESS
			 "WHERE person = ?1 ORDER BY id <> (SELECT preferred FROM person "
			 "WHERE person.id = ?1), id",
			 SQL_I(person));
}

err address_list_all(struct book *b, struct arena *a, size_t skip, size_t limit,
		     struct address_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_address, x, count,
			 ADDRESS "WHERE id IN (SELECT id FROM address "
				 "ORDER BY person, id LIMIT ?2 OFFSET ?1) "
				 "ORDER BY person, key",
			 SQL_I(skip), SQL_I(limit));
}

err address_count(struct book *b, int64_t *count)
{
	bool found;
	return book_number(b, count, &found, "SELECT count(*) FROM address");
}
