#include "store/lists/bounce.h"

#include "store/table.h"

#define BOUNCE                                                                     \
	"id, list, member, address, at, class, status, author_domain, text, act, " \
	"score, event"

static void read_bounce(struct rows *r, struct arena *a, void *row)
{
	*(struct bounce_row *)row = (struct bounce_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.member = rows_i64(r, 2),
		.address = rows_str(r, a, 3),
		.at = rows_i64(r, 4),
		.class = rows_str(r, a, 5),
		.status = rows_str(r, a, 6),
		.author_domain = rows_str(r, a, 7),
		.text = rows_str(r, a, 8),
		.act = rows_str(r, a, 9),
		.score = rows_real(r, 10),
		.event = rows_i64(r, 11),
	};
}

static void read_group(struct rows *r, struct arena *a, void *row)
{
	*(struct bounce_group *)row = (struct bounce_group){
		.author_domain = rows_str(r, a, 0),
		.domain = rows_str(r, a, 1),
		.times = rows_i64(r, 2),
		.members = rows_i64(r, 3),
		.last = rows_i64(r, 4),
		.text = rows_str(r, a, 5),
	};
}

err bounced_add(struct book *b, struct bounce_row *x)
{
	return TABLE_INSERT(b, &x->id,
			    "INSERT INTO bounce (list, member, address, at, class, "
			    "status, author_domain, text, act, score, event) VALUES "
			    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
			    SQL_I(x->list), SQL_I(x->member), SQL_S(x->address),
			    SQL_I(x->at), SQL_S(x->class), SQL_S(x->status),
			    SQL_S(x->author_domain), SQL_S(x->text), SQL_S(x->act),
			    SQL_R(x->score), SQL_I(x->event));
}

err bounced_by_event(struct book *b, struct arena *a, int64_t event, struct bounce_row *x)
{
	return TABLE_ONE(b, a, read_bounce, x, "nothing was made of that entry",
			 "SELECT " BOUNCE " FROM bounce WHERE event = ?1", SQL_I(event));
}

err bounced_list(struct book *b, struct arena *a, int64_t list, str class, int64_t since,
		 size_t limit, struct bounce_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_bounce, x, count,
			 "SELECT " BOUNCE " FROM bounce WHERE list = ?1 AND at >= ?2 "
			 "AND (?3 = '' OR class = ?3) ORDER BY at DESC, id DESC LIMIT ?4",
			 SQL_I(list), SQL_I(since), SQL_S(class), SQL_I(limit));
}

err bounced_by_address(struct book *b, struct arena *a, str address, size_t limit,
		       struct bounce_row **x, size_t *count)
{
	return TABLE_ALL(b, a, read_bounce, x, count,
			 "SELECT " BOUNCE
			 " FROM bounce WHERE address = ?1 COLLATE NOCASE "
			 "ORDER BY at DESC, id DESC LIMIT ?2",
			 SQL_S(address), SQL_I(limit));
}

/* With max() the other columns are those of its row (SQLite's own rule). */
err bounced_groups(struct book *b, struct arena *a, int64_t list, str class,
		   int64_t since, size_t limit, struct bounce_group **x, size_t *count)
{
	return TABLE_ALL(
		b, a, read_group, x, count,
		"SELECT author_domain, lower(substr(address, instr(address, '@') + 1)) "
		"AS domain, count(*) AS times, count(DISTINCT member), max(at), text "
		"FROM bounce WHERE list = ?1 AND at >= ?2 AND class = ?3 "
		"GROUP BY author_domain, domain ORDER BY times DESC, domain LIMIT ?4",
		SQL_I(list), SQL_I(since), SQL_S(class), SQL_I(limit));
}

err bounced_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM bounce WHERE at < ?1", SQL_I(before));
}
