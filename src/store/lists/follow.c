#include "store/lists/follow.h"

#include "store/table.h"

#define FOLLOW "SELECT id, person, list, number, made_at, last_at FROM follow WHERE "

/* Of the thread that holds the posts ?2, on the list ?1. */
#define OF_THREAD "list = ?1 AND number IN (SELECT value FROM json_each(?2)) "

static const char none[] = "nobody follows that thread by this link any more";

static void read_follow(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct follow_row *)row = (struct follow_row){
		.id = rows_i64(r, 0),
		.person = rows_i64(r, 1),
		.list = rows_i64(r, 2),
		.number = rows_i64(r, 3),
		.made_at = rows_i64(r, 4),
		.last_at = rows_i64(r, 5),
	};
}

err follow_add(struct book *b, const struct follow_row *f)
{
	return book_run(b,
			"INSERT INTO follow (person, list, number, made_at, last_at) "
			"VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
			SQL_I(f->person), SQL_I(f->list), SQL_I(f->number),
			SQL_I(f->made_at), SQL_I(f->last_at));
}

err follow_get(struct book *b, struct arena *a, int64_t id, struct follow_row *f)
{
	return TABLE_ONE(b, a, read_follow, f, none, FOLLOW "id = ?1", SQL_I(id));
}

err follow_remove(struct book *b, int64_t id)
{
	return book_run(b, "DELETE FROM follow WHERE id = ?1", SQL_I(id));
}

err follow_stop(struct book *b, int64_t person, int64_t list, str posts, int64_t *gone)
{
	return TABLE_CHANGE(b, gone,
			    "DELETE FROM follow WHERE person = ?3 AND " OF_THREAD,
			    SQL_I(list), SQL_S(posts), SQL_I(person));
}

err follow_is(struct book *b, int64_t person, int64_t list, str posts, bool *yes)
{
	int64_t id;
	return book_number(b, &id, yes,
			   "SELECT id FROM follow WHERE person = ?3 AND " OF_THREAD
			   "LIMIT 1",
			   SQL_I(list), SQL_S(posts), SQL_I(person));
}

err follow_any(struct book *b, int64_t list, bool *yes)
{
	int64_t id;
	return book_number(b, &id, yes, "SELECT id FROM follow WHERE list = ?1 LIMIT 1",
			   SQL_I(list));
}

err follow_touch(struct book *b, int64_t list, str posts, int64_t now)
{
	return book_run(b,
			"UPDATE follow SET last_at = max(last_at, ?3) WHERE " OF_THREAD,
			SQL_I(list), SQL_S(posts), SQL_I(now));
}

err follow_of_person(struct book *b, struct arena *a, int64_t person,
		     struct follow_row **f, size_t *count)
{
	return TABLE_ALL(b, a, read_follow, f, count,
			 FOLLOW "person = ?1 ORDER BY id DESC", SQL_I(person));
}

err follow_count(struct book *b, int64_t person, int64_t *threads)
{
	bool found;
	return book_number(b, threads, &found,
			   "SELECT count(*) FROM follow WHERE person = ?1",
			   SQL_I(person));
}

err follow_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM follow WHERE last_at < ?1",
			    SQL_I(before));
}

static err move(struct book *b, int64_t from, int64_t to)
{
	TRY(book_run(b, "UPDATE OR IGNORE follow SET person = ?2 WHERE person = ?1",
		     SQL_I(from), SQL_I(to)));
	return book_run(b, "DELETE FROM follow WHERE person = ?1", SQL_I(from));
}

err follow_move(struct book *b, int64_t from, int64_t to)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, move(b, from, to));
}
