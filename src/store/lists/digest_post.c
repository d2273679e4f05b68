/* Posts that wait for a digest, and where a list's digests stand. */
#include "store/lists/digest.h"

#include "store/table.h"

#define POST "id, number, at, size, source, topics, "

static void read_post(struct rows *r, struct arena *a, void *row)
{
	*(struct digest_post *)row = (struct digest_post){
		.id = rows_i64(r, 0),
		.number = rows_i64(r, 1),
		.at = rows_i64(r, 2),
		.size = rows_i64(r, 3),
		.source = rows_str(r, a, 4),
		.topics = rows_str(r, a, 5),
		.message = rows_str(r, a, 6),
	};
}

static void read_state(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct digest_state *)row = (struct digest_state){
		.volume = rows_i64(r, 0),
		.issue = rows_i64(r, 1),
		.sent_at = rows_i64(r, 2),
		.sent_to = rows_i64(r, 3),
	};
}

err digest_state_get(struct book *b, int64_t list, struct digest_state *s)
{
	err e = TABLE_ONE(
		b, NULL, read_state, s, "no digest yet",
		"SELECT volume, issue, sent_at, sent_to FROM digest WHERE list = ?1",
		SQL_I(list));
	if (e.kind != ERR_NOTFOUND)
		return e;
	*s = (struct digest_state){ .volume = 1, .issue = 1 };
	return OK;
}

err digest_state_put(struct book *b, int64_t list, const struct digest_state *s)
{
	return book_run(b,
			"INSERT INTO digest (list, volume, issue, sent_at, sent_to) "
			"VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (list) DO UPDATE SET "
			"volume = ?2, issue = ?3, sent_at = ?4, sent_to = ?5",
			SQL_I(list), SQL_I(s->volume), SQL_I(s->issue), SQL_I(s->sent_at),
			SQL_I(s->sent_to));
}

err digest_ask(struct book *b, int64_t list, str source, int64_t *id, bool *readers)
{
	struct rows r;
	int64_t found = 0;
	bool any = false;
	TRY(book_rows(b, &r,
		      "SELECT (SELECT id FROM digest_post WHERE source = ?2), EXISTS "
		      "(SELECT 1 FROM member INDEXED BY member_digest WHERE list = ?1 "
		      "AND delivery <> 'regular' AND delivery <> 'off')",
		      SQL_I(list), SQL_S(source)));
	if (rows_next(&r)) {
		found = rows_i64(&r, 0);
		any = rows_i64(&r, 1);
	}
	TRY(rows_end(&r));
	*id = found;
	*readers = any;
	return OK;
}

static err collect(struct book *b, int64_t list, struct digest_post *p)
{
	bool found;
	TRY(book_run(b,
		     "INSERT INTO digest_post (list, source, number, at, size, message, "
		     "topics) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
		     "ON CONFLICT (source) DO NOTHING",
		     SQL_I(list), SQL_S(p->source), SQL_I(p->number), SQL_I(p->at),
		     SQL_I(p->message.n), SQL_B(p->message), SQL_S(p->topics)));
	return book_number(b, &p->id, &found,
			   "SELECT id FROM digest_post WHERE source = ?1",
			   SQL_S(p->source));
}

err digest_collect(struct book *b, int64_t list, struct digest_post *p)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, collect(b, list, p));
}

err digest_forget(struct book *b, str source)
{
	return book_run(b, "DELETE FROM digest_post WHERE source = ?1 AND kept = 1",
			SQL_S(source));
}

static void read_id(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(int64_t *)row = rows_i64(r, 0);
}

err digest_lists(struct book *b, struct arena *a, int64_t **list, size_t *count)
{
	return TABLE_ALL(b, a, read_id, list, count,
			 "SELECT DISTINCT list FROM digest_post INDEXED BY "
			 "digest_post_kept WHERE kept = 1");
}

/* Kept, and in no issue yet: those of an issue under way are kept, too. */
#define WAITING                                                   \
	"FROM digest_post INDEXED BY digest_post_kept "           \
	"WHERE list = ?1 AND kept = 1 AND id > coalesce((SELECT " \
	"sent_to FROM digest WHERE list = ?1), 0) "

static void read_waiting(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct digest_waiting *)row = (struct digest_waiting){ .posts = rows_i64(r, 0),
								 .octets = rows_i64(r, 1),
								 .oldest = rows_i64(r,
										    2) };
}

err digest_waiting(struct book *b, int64_t list, struct digest_waiting *w)
{
	return TABLE_ONE(
		b, NULL, read_waiting, w, "no number of posts",
		"SELECT count(*), coalesce(sum(size), 0), coalesce(min(at), 0) " WAITING,
		SQL_I(list));
}

err digest_next_posts(struct book *b, struct arena *a, int64_t list, size_t limit,
		      struct digest_post **p, size_t *count)
{
	return TABLE_ALL(b, a, read_post, p, count,
			 "SELECT " POST "x'' " WAITING "ORDER BY id LIMIT ?2",
			 SQL_I(list), SQL_I(limit));
}

err digest_posts(struct book *b, struct arena *a, int64_t list, int64_t low, int64_t high,
		 struct digest_post **p, size_t *count)
{
	return TABLE_ALL(b, a, read_post, p, count,
			 "SELECT " POST
			 "message FROM digest_post WHERE list = ?1 AND id > ?2 "
			 "AND id <= ?3 ORDER BY id",
			 SQL_I(list), SQL_I(low), SQL_I(high));
}

err digest_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM digest_post WHERE kept = 0 AND at < ?1",
			    SQL_I(before));
}

err digest_post_drop(struct book *b, str source)
{
	return book_run(b, "DELETE FROM digest_post WHERE source = ?1", SQL_S(source));
}
