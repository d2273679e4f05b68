/* A membership that turns to digests or from them. */
#include "store/lists/member_inside.h"

bool member_reads_digests(str delivery)
{
	return !str_eq(delivery, STR("regular")) && !str_eq(delivery, STR("off"));
}

#define NEWEST \
	"coalesce((SELECT max(id) FROM digest_post p WHERE p.list = member.list), 0)"
#define OLDEST                                                     \
	"max(digest_turn, coalesce((SELECT sent_to FROM digest d " \
	"WHERE d.list = member.list), 0))"

/* Where nothing came since the turn away it was none, and the last digest that was owed
 * is part of the next one again. */
static err turn_to_digests(struct book *b, int64_t member)
{
	TRY(book_run(b,
		     "UPDATE member SET digest_turn = coalesce((SELECT low FROM "
		     "digest_owed o WHERE o.member = ?1 AND o.high = " NEWEST "), " NEWEST
		     ") WHERE id = ?1",
		     SQL_I(member)));
	return book_run(b,
			"DELETE FROM digest_owed WHERE member = ?1 AND high = "
			"(SELECT " NEWEST " FROM member WHERE id = ?1)",
			SQL_I(member));
}

/* One last digest is owed, of what came since the last issue. */
static err turn_from_digests(struct book *b, int64_t member)
{
	TRY(book_run(b,
		     "INSERT INTO digest_owed (list, member, form, low, high) "
		     "SELECT list, id, delivery, " OLDEST ", " NEWEST
		     " FROM member WHERE id = ?1 AND " OLDEST " < " NEWEST,
		     SQL_I(member)));
	return book_run(b,
			"UPDATE member SET digest_turn = CASE WHEN " NEWEST
			" > digest_turn THEN " NEWEST " ELSE 0 END WHERE id = ?1",
			SQL_I(member));
}

err member_turn(struct book *b, const struct member_row *m)
{
	int64_t read = 0;
	bool found, reads = member_reads_digests(m->delivery);
	TRY(book_number(b, &read, &found,
			"SELECT delivery <> 'regular' AND delivery <> 'off' "
			"FROM member WHERE id = ?1",
			SQL_I(m->id)));
	if (!found || (read != 0) == reads)
		return OK;
	return reads ? turn_to_digests(b, m->id) : turn_from_digests(b, m->id);
}
