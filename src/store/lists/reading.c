#include "store/lists/reading.h"

#include "store/table.h"

static void read_reading(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct reading_row *)row = (struct reading_row){ rows_i64(r, 0),
							   rows_i64(r, 1) };
}

err reading_of(struct book *b, struct arena *a, int64_t person, int64_t list,
	       struct reading_row **r, size_t *count)
{
	return TABLE_ALL(b, a, read_reading, r, count,
			 "SELECT number, upto FROM reading WHERE person = ?1 "
			 "AND list = ?2 ORDER BY number",
			 SQL_I(person), SQL_I(list));
}

static void read_all(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct reading_all *)row = (struct reading_all){
		rows_i64(r, 0), { rows_i64(r, 1), rows_i64(r, 2) }
	};
}

err reading_of_person(struct book *b, struct arena *a, int64_t person,
		      struct reading_all **r, size_t *count)
{
	return TABLE_ALL(b, a, read_all, r, count,
			 "SELECT list, number, upto FROM reading WHERE person = ?1 "
			 "ORDER BY list, number",
			 SQL_I(person));
}

static err put(struct book *b, int64_t person, int64_t list, const struct reading_row *r)
{
	TRY(book_run(b,
		     "INSERT INTO reading (person, list, number, upto) "
		     "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE "
		     "SET upto = max(upto, excluded.upto)",
		     SQL_I(person), SQL_I(list), SQL_I(r->number), SQL_I(r->upto)));
	TRY(book_run(b,
		     "DELETE FROM reading WHERE person = ?1 AND list = ?2 "
		     "AND number > 0 AND upto <= (SELECT x.upto FROM reading x "
		     "WHERE x.person = ?1 AND x.list = ?2 AND x.number = 0)",
		     SQL_I(person), SQL_I(list)));
	return book_run(b,
			"DELETE FROM reading WHERE person = ?1 AND list = ?2 "
			"AND number IN (SELECT number FROM reading WHERE person = ?1 "
			"AND list = ?2 AND number > 0 ORDER BY upto DESC, number "
			"LIMIT -1 OFFSET ?3)",
			SQL_I(person), SQL_I(list), SQL_I(READING_THREADS));
}

err reading_put(struct book *b, int64_t person, int64_t list, const struct reading_row *r)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, put(b, person, list, r));
}

static err move(struct book *b, int64_t from, int64_t to)
{
	TRY(book_run(b,
		     "INSERT INTO reading (person, list, number, upto) "
		     "SELECT ?2, list, number, upto FROM reading WHERE person = ?1 "
		     "ON CONFLICT DO UPDATE SET upto = max(upto, excluded.upto)",
		     SQL_I(from), SQL_I(to)));
	return book_run(b, "DELETE FROM reading WHERE person = ?1", SQL_I(from));
}

err reading_move(struct book *b, int64_t from, int64_t to)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, move(b, from, to));
}
