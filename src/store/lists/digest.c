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
							     .high = rows_i64(r, 2) };
}

static void read_reader(struct rows *r, struct arena *a, void *row)
{
	*(struct member_copy *)row = (struct member_copy){
		.id = rows_i64(r, 0),
		.key = rows_str(r, a, 1),
		.text = rows_str(r, a, 2),
	};
}

/* Who reads digests is owed what came since the last issue and since the turn to them;
 * who read them until lately, the rest up to the turn away from them. */
static err add_readers(struct book *b, const struct digest_issue *i, int64_t sent_to)
{
	TRY(book_run(b,
		     "INSERT INTO digest_copy (issue, form, low, high, member) "
		     "SELECT ?1, delivery, max(digest_turn, ?3), ?4, id FROM member "
		     "INDEXED BY member_digest WHERE list = ?2 AND delivery <> 'regular' "
		     "AND delivery <> 'off' AND digest_turn < ?4",
		     SQL_I(i->id), SQL_I(i->list), SQL_I(sent_to), SQL_I(i->high)));
	TRY(book_run(b,
		     "INSERT INTO digest_copy (issue, form, low, high, member) "
		     "SELECT ?1, form, max(low, ?3), min(high, ?4), member "
		     "FROM digest_owed WHERE list = ?2 AND low < ?4 AND high > ?3",
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
			 "SELECT DISTINCT form, low, high FROM digest_copy "
			 "WHERE issue = ?1 ORDER BY form, low, high",
			 SQL_I(issue));
}

err digest_readers(struct book *b, struct arena *a, int64_t issue,
		   const struct digest_group *g, int64_t after, size_t limit,
		   struct member_copy **m, size_t *count)
{
	return TABLE_ALL(b, a, read_reader, m, count,
			 "SELECT m.id, x.key, x.text FROM digest_copy c "
			 "JOIN member m ON m.id = c.member "
			 "JOIN address x ON x.id = m.address WHERE c.issue = ?1 "
			 "AND c.form = ?2 AND c.low = ?3 AND c.high = ?4 "
			 "AND c.member > ?5 AND m.delivery <> 'off' "
			 "ORDER BY c.member LIMIT ?6",
			 SQL_I(issue), SQL_S(g->form), SQL_I(g->low), SQL_I(g->high),
			 SQL_I(after), SQL_I(limit));
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
