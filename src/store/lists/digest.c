/* Issues of digests, and their readers. */
#include "store/lists/digest.h"

#include "store/table.h"

static void read_issue(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct digest_issue *)row = (struct digest_issue){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.volume = rows_i64(r, 2),
		.issue = rows_i64(r, 3),
		.high = rows_i64(r, 4),
		.at = rows_i64(r, 5),
	};
}

static void read_group(struct rows *r, struct arena *a, void *row)
{
	*(struct digest_group *)row = (struct digest_group){ .form = rows_str(r, a, 0),
							     .low = rows_i64(r, 1),
							     .high = rows_i64(r, 2),
							     .wants = rows_str(r, a, 3) };
}

static void read_reader(struct rows *r, struct arena *a, void *row)
{
	*(struct member_copy *)row = (struct member_copy){
		.id = rows_i64(r, 0),
		.key = rows_str(r, a, 1),
		.text = rows_str(r, a, 2),
	};
}

#define WANTS "CASE m.topics WHEN '' THEN '' ELSE m.other_topics || m.topics END "

/* Who reads digests is owed what came since the last issue and since the turn to them;
 * who read them until lately, the rest up to the turn away from them. */
static err add_readers(struct book *b, const struct digest_issue *i, int64_t sent_to)
{
	TRY(book_run(b,
		     "INSERT INTO digest_copy (issue, form, low, high, member, wants) "
		     "SELECT ?1, m.delivery, max(m.digest_turn, ?3), ?4, m.id, " WANTS
		     "FROM member m INDEXED BY member_digest WHERE m.list = ?2 "
		     "AND m.delivery <> 'regular' AND m.delivery <> 'off' "
		     "AND m.digest_turn < ?4",
		     SQL_I(i->id), SQL_I(i->list), SQL_I(sent_to), SQL_I(i->high)));
	TRY(book_run(b,
		     "INSERT INTO digest_copy (issue, form, low, high, member, wants) "
		     "SELECT ?1, o.form, max(o.low, ?3), min(o.high, ?4), m.id, " WANTS
		     "FROM digest_owed o JOIN member m ON m.id = o.member "
		     "WHERE o.list = ?2 AND o.low < ?4 AND o.high > ?3",
		     SQL_I(i->id), SQL_I(i->list), SQL_I(sent_to), SQL_I(i->high)));
	return book_run(b, "DELETE FROM digest_owed WHERE list = ?1 AND high <= ?2",
			SQL_I(i->list), SQL_I(i->high));
}

static err drop_messages(struct book *b, int64_t list, int64_t high)
{
	return book_run(b,
			"UPDATE digest_post SET message = x'', kept = 0 "
			"WHERE list = ?1 AND kept = 1 AND id <= ?2",
			SQL_I(list), SQL_I(high));
}

static err nobody_reads(struct book *b, const struct digest_issue *i,
			struct digest_state *now)
{
	now->sent_to = i->high;
	TRY(book_run(b, "DELETE FROM digest_issue WHERE id = ?1", SQL_I(i->id)));
	TRY(digest_state_put(b, i->list, now));
	return drop_messages(b, i->list, i->high);
}

static err begin(struct book *b, struct digest_issue *i, const struct digest_state *next,
		 int64_t *readers)
{
	struct digest_state now;
	bool found;
	TRY(digest_state_get(b, i->list, &now));
	TRY(TABLE_INSERT(b, &i->id,
			 "INSERT INTO digest_issue (list, volume, issue, high, at) "
			 "VALUES (?1, ?2, ?3, ?4, ?5)",
			 SQL_I(i->list), SQL_I(i->volume), SQL_I(i->issue),
			 SQL_I(i->high), SQL_I(i->at)));
	TRY(add_readers(b, i, now.sent_to));
	TRY(book_number(b, readers, &found,
			"SELECT count(*) FROM digest_copy WHERE issue = ?1",
			SQL_I(i->id)));
	return *readers ? digest_state_put(b, i->list, next) : nobody_reads(b, i, &now);
}

err digest_owe(struct book *b, int64_t member, str form, bool *owed)
{
	int64_t any = 0;
	TRY(book_number(b, &any, owed,
			"SELECT m.id FROM member m WHERE m.id = ?1 AND m.delivery = "
			"'regular' AND NOT EXISTS (SELECT 1 FROM digest_owed o WHERE "
			"o.member = m.id) AND EXISTS (SELECT 1 FROM digest_post p WHERE "
			"p.list = m.list AND p.kept = 1)",
			SQL_I(member)));
	return *owed ? book_run(b,
				"INSERT INTO digest_owed (list, member, form, low, high) "
				"SELECT m.list, m.id, ?2, coalesce((SELECT sent_to FROM "
				"digest d WHERE d.list = m.list), 0), (SELECT max(id) "
				"FROM digest_post p WHERE p.list = m.list) FROM member m "
				"WHERE m.id = ?1",
				SQL_I(member), SQL_S(form))
		     : OK;
}

err digest_begin(struct book *b, struct digest_issue *i, const struct digest_state *next,
		 int64_t *readers)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, begin(b, i, next, readers));
}

err digest_unfinished(struct book *b, struct arena *a, struct digest_issue **i,
		      size_t *count)
{
	return TABLE_ALL(b, a, read_issue, i, count,
			 "SELECT id, list, volume, issue, high, at FROM digest_issue "
			 "ORDER BY id");
}

err digest_groups(struct book *b, struct arena *a, int64_t issue, struct digest_group **g,
		  size_t *count)
{
	return TABLE_ALL(b, a, read_group, g, count,
			 "SELECT DISTINCT form, low, high, wants FROM digest_copy "
			 "WHERE issue = ?1 ORDER BY form, low, high, wants",
			 SQL_I(issue));
}

#define READERS(index)                                           \
	"SELECT m.id, x.key, x.text FROM digest_copy c " index   \
	"JOIN member m ON m.id = c.member "                      \
	"JOIN address x ON x.id = m.address WHERE c.issue = ?1 " \
	"AND c.form = ?2 AND c.low = ?3 AND c.high = ?4 "        \
	"AND c.member > ?5 AND m.delivery <> 'off' "

err digest_readers(struct book *b, struct arena *a, int64_t issue,
		   const struct digest_group *g, int64_t after, size_t limit,
		   struct member_copy **m, size_t *count)
{
	if (!g->wants.n)
		return TABLE_ALL(b, a, read_reader, m, count,
				 READERS("") "AND c.wants = '' ORDER BY c.member "
					     "LIMIT ?6",
				 SQL_I(issue), SQL_S(g->form), SQL_I(g->low),
				 SQL_I(g->high), SQL_I(after), SQL_I(limit));
	return TABLE_ALL(b, a, read_reader, m, count,
			 READERS("INDEXED BY digest_copy_wants ") "AND c.wants = ?7 AND "
								  "c.wants <> '' ORDER "
								  "BY c.member LIMIT ?6",
			 SQL_I(issue), SQL_S(g->form), SQL_I(g->low), SQL_I(g->high),
			 SQL_I(after), SQL_I(limit), SQL_S(g->wants));
}

/* Its readers go with it. Messages stay while another issue is still under way. */
static err end(struct book *b, const struct digest_issue *i)
{
	struct digest_state s;
	int64_t others = 0;
	bool found;
	TRY(book_run(b, "DELETE FROM digest_issue WHERE id = ?1", SQL_I(i->id)));
	TRY(book_number(b, &others, &found,
			"SELECT count(*) FROM digest_issue WHERE list = ?1",
			SQL_I(i->list)));
	TRY(digest_state_get(b, i->list, &s));
	return others ? OK : drop_messages(b, i->list, s.sent_to);
}

err digest_end(struct book *b, const struct digest_issue *i)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, end(b, i));
}
