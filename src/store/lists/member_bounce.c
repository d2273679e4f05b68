/* Members of whom something came back. */
#include "store/lists/member_inside.h"

err member_bounced(struct book *b, const struct member_row *m)
{
	return TABLE_MUST(
		b, MEMBER_NONE,
		"UPDATE member SET delivery = ?2, off_by = ?3, "
		"own = own | (?2 = 'off' AND ?3 <> 'user'), "
		"bounce_score = ?4, bounce_at = ?5, bounce_text = ?6, "
		"bounce_today = ?7, doubt_at = ?8, probe_at = ?9, off_at = ?10, "
		"warnings = ?11, warned_at = ?12 WHERE id = ?1",
		SQL_I(m->id), SQL_S(m->delivery), SQL_S(m->off_by),
		SQL_R(m->bounce_score), SQL_I(m->bounce_at), SQL_S(m->bounce_text),
		SQL_R(m->bounce_today), SQL_I(m->doubt_at), SQL_I(m->probe_at),
		SQL_I(m->off_at), SQL_I(m->warnings), SQL_I(m->warned_at));
}

#define UNSETTLED "(bounce_score > 0 OR doubt_at > 0 OR probe_at > 0 OR off_at > 0) "

err member_unsettled(struct book *b, struct arena *a, int64_t after, size_t limit,
		     struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE " UNSETTLED "AND m.id > ?1 ORDER BY m.id LIMIT ?2",
			 SQL_I(after), SQL_I(limit));
}

err member_doubted_domain(struct book *b, int64_t list, int64_t but, str domain,
			  bool *alone, bool *all)
{
	int64_t others = 0, in_doubt = 0;
	struct rows r;
	TRY(book_rows(b, &r,
		      "SELECT count(*), total(m.doubt_at > 0 OR m.probe_at > 0 "
		      "OR m.off_at > 0) FROM address x JOIN member m ON m.address = x.id "
		      "WHERE m.list = ?1 AND m.id <> ?2 "
		      "AND substr(x.key, -length(?3) - 1) = '@' || ?3",
		      SQL_I(list), SQL_I(but), SQL_S(domain)));
	if (rows_next(&r)) {
		others = rows_i64(&r, 0);
		in_doubt = rows_i64(&r, 1);
	}
	TRY(rows_end(&r));
	*alone = !others;
	*all = others == in_doubt;
	return OK;
}

/* The + keeps SQLite off the index by list: few are unsettled. */
err member_bouncing(struct book *b, struct arena *a, int64_t list, struct member_row **m,
		    size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE +m.list = ?1 AND " UNSETTLED
				"ORDER BY m.off_at > 0 DESC, m.bounce_score DESC, m.id",
			 SQL_I(list));
}
