#include "store/lists/mark.h"

#include "store/table.h"

err mark_add(struct book *b, int64_t person, const struct mark_row *m)
{
	return book_run(b,
			"INSERT INTO mark (person, list, number, word, made_at) "
			"VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
			SQL_I(person), SQL_I(m->list), SQL_I(m->number), SQL_S(m->word),
			SQL_I(m->made_at));
}

err mark_remove(struct book *b, int64_t person, int64_t list, str posts, str word)
{
	return book_run(b,
			"DELETE FROM mark WHERE person = ?1 AND list = ?2 AND word = ?4 "
			"AND number IN (SELECT value FROM json_each(?3))",
			SQL_I(person), SQL_I(list), SQL_S(posts), SQL_S(word));
}

static void read_word(struct rows *r, struct arena *a, void *row)
{
	*(str *)row = rows_str(r, a, 0);
}

err mark_of_thread(struct book *b, struct arena *a, int64_t person, int64_t list,
		   str posts, str **words, size_t *count)
{
	return TABLE_ALL(b, a, read_word, words, count,
			 "SELECT DISTINCT word FROM mark WHERE person = ?1 AND list = ?2 "
			 "AND number IN (SELECT value FROM json_each(?3)) ORDER BY word",
			 SQL_I(person), SQL_I(list), SQL_S(posts));
}

static void read_mark(struct rows *r, struct arena *a, void *row)
{
	*(struct mark_row *)row = (struct mark_row){
		.list = rows_i64(r, 0),
		.number = rows_i64(r, 1),
		.word = rows_str(r, a, 2),
		.made_at = rows_i64(r, 3),
	};
}

err mark_of_person(struct book *b, struct arena *a, int64_t person, struct mark_row **m,
		   size_t *count)
{
	return TABLE_ALL(b, a, read_mark, m, count,
			 "SELECT list, number, word, made_at FROM mark WHERE person = ?1 "
			 "ORDER BY made_at DESC, list, number DESC, word",
			 SQL_I(person));
}

err mark_count(struct book *b, int64_t person, int64_t *threads)
{
	bool found;
	return book_number(b, threads, &found,
			   "SELECT count(*) FROM (SELECT DISTINCT list, number FROM mark "
			   "WHERE person = ?1)",
			   SQL_I(person));
}

static err move(struct book *b, int64_t from, int64_t to)
{
	TRY(book_run(b, "UPDATE OR IGNORE mark SET person = ?2 WHERE person = ?1",
		     SQL_I(from), SQL_I(to)));
	return book_run(b, "DELETE FROM mark WHERE person = ?1", SQL_I(from));
}

err mark_move(struct book *b, int64_t from, int64_t to)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, move(b, from, to));
}
