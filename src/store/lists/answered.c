#include "store/lists/answered.h"

#include "store/table.h"

err answered_count(struct book *b, str address, int64_t day, int64_t *times)
{
	bool found;
	*times = 0;
	return book_number(b, times, &found,
			   "SELECT times FROM answered WHERE address = ?1 AND day = ?2",
			   SQL_S(address), SQL_I(day));
}

static err add(struct book *b, str address, int64_t day, int64_t *times)
{
	TRY(book_run(b,
		     "INSERT INTO answered (address, day, times) VALUES (?1, ?2, 1) "
		     "ON CONFLICT DO UPDATE SET times = times + 1",
		     SQL_S(address), SQL_I(day)));
	return answered_count(b, address, day, times);
}

err answered_add(struct book *b, str address, int64_t day, int64_t *times)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, address, day, times));
}

err answered_beyond(struct book *b, str address, int64_t day, bool *yes)
{
	int64_t times;
	return book_number(b, &times, yes,
			   "SELECT times FROM answered WHERE address = ?1 AND day > ?2 "
			   "LIMIT 1",
			   SQL_S(address), SQL_I(day));
}

err answered_expire(struct book *b, int64_t before_day, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM answered WHERE day < ?1",
			    SQL_I(before_day));
}
