#include "store/lists/ban.h"

#include "store/table.h"

#define BAN "SELECT id, list, pattern, reason, created_at FROM ban "

static void read_ban(struct rows *r, struct arena *a, void *row)
{
	*(struct ban_row *)row = (struct ban_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.pattern = rows_str(r, a, 2),
		.reason = rows_str(r, a, 3),
		.created_at = rows_i64(r, 4),
	};
}

struct room {
	int64_t all, expressions;
	bool there;
};

/* All in one pass over the index; expressions stand together in it. */
static err look(struct book *b, int64_t list, str pattern, struct room *room)
{
	struct rows r;
	TRY(book_rows(b, &r,
		      "SELECT (SELECT count(*) FROM ban WHERE list = ?1), "
		      "(SELECT count(*) FROM ban WHERE list = ?1 "
		      "AND pattern >= '^' AND pattern < '_'), "
		      "EXISTS (SELECT 1 FROM ban WHERE list = ?1 AND pattern = ?2)",
		      SQL_I(list), SQL_S(pattern)));
	if (rows_next(&r))
		*room = (struct room){ rows_i64(&r, 0), rows_i64(&r, 1),
				       rows_i64(&r, 2) != 0 };
	return rows_end(&r);
}

/* One that there is takes no room. */
static err check_room(struct book *b, const struct ban_row *x)
{
	struct room room = { 0 };
	TRY(look(b, x->list, x->pattern, &room));
	if (room.there)
		return OK;
	if (room.all >= BANS_MAX)
		return FAIL(ERR_DENIED, "there are 10,000 bans already, and no list nor "
					"the site takes more: lift some that no longer "
					"matter, or ban a domain as @domain");
	return !str_starts(x->pattern, STR("^")) || room.expressions < BAN_EXPRESSIONS_MAX
		       ? OK
		       : FAIL(ERR_DENIED,
			      "there are 500 bans by a regular expression already, and "
			      "no list nor the site takes more: lift some, or ban "
			      "addresses and domains");
}

static err add(struct book *b, struct ban_row *x)
{
	bool found;
	TRY(check_room(b, x));
	TRY(book_run(b,
		     "INSERT INTO ban (list, pattern, reason, created_at) "
		     "VALUES (?1, ?2, ?3, ?4) "
		     "ON CONFLICT (list, pattern) DO UPDATE SET reason = excluded.reason",
		     SQL_I(x->list), SQL_S(x->pattern), SQL_S(x->reason),
		     SQL_I(x->created_at)));
	return book_number(b, &x->id, &found,
			   "SELECT id FROM ban WHERE list = ?1 AND pattern = ?2",
			   SQL_I(x->list), SQL_S(x->pattern));
}

err ban_add(struct book *b, struct ban_row *x)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, x));
}

err ban_is(struct book *b, int64_t list, str pattern, bool *there)
{
	int64_t id;
	return book_number(b, &id, there,
			   "SELECT id FROM ban WHERE list = ?1 AND pattern = ?2",
			   SQL_I(list), SQL_S(pattern));
}

err ban_remove(struct book *b, int64_t list, str pattern)
{
	return TABLE_MUST(b, "there is no such ban",
			  "DELETE FROM ban WHERE list = ?1 AND pattern = ?2", SQL_I(list),
			  SQL_S(pattern));
}

err ban_list(struct book *b, struct arena *a, int64_t list, struct ban_row **x,
	     size_t *count)
{
	return TABLE_ALL(b, a, read_ban, x, count, BAN "WHERE list = ?1 ORDER BY pattern",
			 SQL_I(list));
}

err ban_for(struct book *b, struct arena *a, int64_t list, struct ban_row **x,
	    size_t *count)
{
	return TABLE_ALL(b, a, read_ban, x, count,
			 BAN "WHERE list IN (0, ?1) ORDER BY list DESC, pattern",
			 SQL_I(list));
}

err ban_forget_held(struct book *b, int64_t list, str subject)
{
	return book_run(b,
			"UPDATE ban SET reason = 'held post' WHERE list = ?1 "
			"AND reason = 'held post: ' || ?2",
			SQL_I(list), SQL_S(subject));
}
