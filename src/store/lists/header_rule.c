#include "store/lists/header_rule.h"

#include "store/table.h"

#define RULE "SELECT id, list, header, pattern, action, reason, tag FROM header_rule "

static const char none[] = "the list has no such header rule";

static void read_rule(struct rows *r, struct arena *a, void *row)
{
	*(struct header_rule_row *)row = (struct header_rule_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.header = rows_str(r, a, 2),
		.pattern = rows_str(r, a, 3),
		.action = rows_str(r, a, 4),
		.reason = rows_str(r, a, 5),
		.tag = rows_str(r, a, 6),
	};
}

static err add(struct book *b, struct header_rule_row *r)
{
	bool found;
	TRY(book_run(b,
		     "INSERT INTO header_rule (list, position, header, pattern, action, "
		     "reason, tag) VALUES (?1, (SELECT coalesce(max(position), 0) + 1 "
		     "FROM header_rule WHERE list = ?1), lower(?2), ?3, ?4, ?5, ?6) "
		     "ON CONFLICT (list, header, pattern) DO UPDATE SET "
		     "action = excluded.action, reason = excluded.reason, "
		     "tag = excluded.tag",
		     SQL_I(r->list), SQL_S(r->header), SQL_S(r->pattern),
		     SQL_S(r->action), SQL_S(r->reason), SQL_S(r->tag)));
	return book_number(b, &r->id, &found,
			   "SELECT id FROM header_rule WHERE list = ?1 "
			   "AND header = lower(?2) AND pattern = ?3",
			   SQL_I(r->list), SQL_S(r->header), SQL_S(r->pattern));
}

err header_rule_add(struct book *b, struct header_rule_row *r)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, r));
}

err header_rule_change(struct book *b, const struct header_rule_row *r)
{
	err e = TABLE_MUST(b, none,
			   "UPDATE header_rule SET header = lower(?3), pattern = ?4, "
			   "action = ?5, reason = ?6, tag = ?7 "
			   "WHERE list = ?1 AND id = ?2",
			   SQL_I(r->list), SQL_I(r->id), SQL_S(r->header),
			   SQL_S(r->pattern), SQL_S(r->action), SQL_S(r->reason),
			   SQL_S(r->tag));
	return e.kind == ERR_DENIED
		       ? FAIL(ERR_DENIED, "there is a rule with this header and pattern")
		       : e;
}

err header_rule_list(struct book *b, struct arena *a, int64_t list,
		     struct header_rule_row **r, size_t *count)
{
	return TABLE_ALL(b, a, read_rule, r, count,
			 RULE "WHERE list = ?1 ORDER BY position, id", SQL_I(list));
}

err header_rule_for(struct book *b, struct arena *a, int64_t list,
		    struct header_rule_row **r, size_t *count)
{
	return TABLE_ALL(b, a, read_rule, r, count,
			 RULE "WHERE list IN (0, ?1) ORDER BY list, position, id",
			 SQL_I(list));
}

/* Numbers all of them anew, id at its place among the others. */
static err place(struct book *b, struct arena *a, int64_t list, int64_t id, size_t to)
{
	struct header_rule_row *r;
	size_t n;
	int64_t found = 0, at = 0;
	TRY(header_rule_list(b, a, list, &r, &n));
	to = n && to >= n ? n - 1 : to;
	for (size_t i = 0; i < n; i++) {
		bool it = r[i].id == id;
		found += it;
		at += !it && at == (int64_t)to; /* its place is left free */
		TRY(book_run(b, "UPDATE header_rule SET position = ?2 WHERE id = ?1",
			     SQL_I(r[i].id), SQL_I(it ? (int64_t)to : at)));
		at += !it;
	}
	return found ? OK : FAIL(ERR_NOTFOUND, none);
}

err header_rule_place(struct book *b, struct arena *a, int64_t list, int64_t id,
		      size_t to)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, place(b, a, list, id, to));
}

err header_rule_remove(struct book *b, int64_t list, str header, str pattern)
{
	return TABLE_MUST(
		b, none,
		"DELETE FROM header_rule WHERE list = ?1 AND header = lower(?2) "
		"AND pattern = ?3",
		SQL_I(list), SQL_S(header), SQL_S(pattern));
}
