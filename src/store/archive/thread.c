#include "store/archive/thread.h"

#include "store/table.h"

#define THREAD                                                                     \
	"SELECT t.id, t.list, t.root, t.posts, t.authors, t.first_at, t.last_at, " \
	"t.version, p.number, p.subject, p.from_name, p.from_address, p.flags "    \
	"FROM thread t JOIN post p ON p.id = t.root "

static void read_thread(struct rows *r, struct arena *a, void *row)
{
	struct archive_thread *t = row;
	*t = (struct archive_thread){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.root = rows_i64(r, 2),
		.posts = rows_i64(r, 3),
		.authors = rows_i64(r, 4),
		.first_at = rows_i64(r, 5),
		.last_at = rows_i64(r, 6),
		.version = rows_i64(r, 7),
		.number = rows_i64(r, 8),
		.subject = rows_str(r, a, 9),
		.from_name = rows_str(r, a, 10),
		.from_address = rows_str(r, a, 11),
		.flags = (unsigned)rows_i64(r, 12),
	};
}

err archive_thread_start(struct book *b, const struct archive_post *p, int64_t version,
			 int64_t *thread)
{
	return TABLE_INSERT(
		b, thread,
		"INSERT INTO thread (list, root, posts, authors, first_at, last_at, "
		"version) VALUES (?1, ?2, 1, 1, ?3, ?3, ?4)",
		SQL_I(p->list), SQL_I(p->id), SQL_I(p->date), SQL_I(version));
}

err archive_thread_root(struct book *b, int64_t thread, int64_t root)
{
	return book_run(b, "UPDATE thread SET root = ?2 WHERE id = ?1", SQL_I(thread),
			SQL_I(root));
}

err archive_thread_join(struct book *b, const struct archive_post *p, bool new_author,
			int64_t version)
{
	return book_run(
		b,
		"UPDATE thread SET posts = posts + 1, authors = authors + ?2, "
		"root = CASE WHEN ?3 AND ?4 < (SELECT date FROM post WHERE id = "
		"thread.root) THEN ?5 ELSE root END, "
		"first_at = min(first_at, ?4), last_at = max(last_at, ?4), version = ?6 "
		"WHERE id = ?1",
		SQL_I(p->thread), SQL_I(new_author), SQL_I(!p->parent), SQL_I(p->date),
		SQL_I(p->id), SQL_I(version));
}

err archive_thread_recount(struct book *b, int64_t thread, int64_t version)
{
	TRY(book_run(
		b,
		"UPDATE thread SET posts = s.posts, authors = s.authors, first_at = "
		"s.first, "
		"last_at = s.last, version = ?2, "
		"root = (SELECT id FROM post WHERE thread = ?1 ORDER BY parent <> 0, "
		"date, id "
		"LIMIT 1) "
		"FROM (SELECT count(*) AS posts, count(DISTINCT from_address) AS "
		"authors, "
		"min(date) AS first, max(date) AS last FROM post WHERE thread = ?1) s "
		"WHERE thread.id = ?1 AND s.posts > 0",
		SQL_I(thread), SQL_I(version)));
	return book_run(b,
			"DELETE FROM thread WHERE id = ?1 AND NOT EXISTS "
			"(SELECT 1 FROM post WHERE thread = ?1)",
			SQL_I(thread));
}

/* The first row, if there is one. */
#define FIND(b, a, t, found, sql, ...) \
	find((b), (a), (t), (found), (sql), SQL_VALUES(__VA_ARGS__))
static err find(struct book *b, struct arena *a, struct archive_thread *t, bool *found,
		const char *sql, const struct sql_value *v, size_t n)
{
	struct rows r;
	TRY(book_rows_values(b, &r, sql, v, n));
	*found = rows_next(&r);
	if (*found)
		read_thread(&r, a, t);
	return rows_end(&r);
}

err archive_thread_by_id(struct book *b, struct arena *a, int64_t id,
			 struct archive_thread *t, bool *found)
{
	return FIND(b, a, t, found, THREAD "WHERE t.id = ?1", SQL_I(id));
}

err archive_thread_numbers(struct book *b, struct arena *a, int64_t list, int64_t number,
			   str *numbers)
{
	struct rows r;
	*numbers = STR("[]");
	TRY(book_rows(b, &r,
		      "SELECT json_group_array(number) FROM post WHERE list = ?1 AND "
		      "thread > 0 AND thread = (SELECT thread FROM post WHERE list = ?1 "
		      "AND number = ?2)",
		      SQL_I(list), SQL_I(number)));
	if (rows_next(&r))
		*numbers = rows_str(&r, a, 0);
	return rows_end(&r);
}

err archive_thread_newest(struct book *b, int64_t thread, int64_t *number)
{
	bool found;
	return book_number(b, number, &found,
			   "SELECT coalesce(max(number), 0) FROM post WHERE thread = ?1",
			   SQL_I(thread));
}

err archive_threads_latest(struct book *b, struct arena *a, int64_t list, int64_t last_at,
			   int64_t id, size_t limit, struct archive_threads *out)
{
	bool begin = !last_at && !id;
	return TABLE_ALL(b, a, read_thread, &out->list, &out->count,
			 THREAD "WHERE t.list = ?1 AND t.last_at <= ?2 "
				"AND (t.last_at, t.id) < (?2, ?3) "
				"ORDER BY t.last_at DESC, t.id DESC LIMIT ?4",
			 SQL_I(list), SQL_I(begin ? INT64_MAX : last_at),
			 SQL_I(begin ? INT64_MAX : id), SQL_I(limit));
}

err archive_threads_count(struct book *b, int64_t list, int64_t from, int64_t until,
			  int64_t *count, int64_t *latest)
{
	struct rows r;
	*count = *latest = 0;
	TRY(book_rows(b, &r,
		      "SELECT count(*), max(last_at) FROM thread WHERE list = ?1 "
		      "AND last_at >= ?2 AND last_at < ?3",
		      SQL_I(list), SQL_I(from), SQL_I(until)));
	if (rows_next(&r)) {
		*count = rows_i64(&r, 0);
		*latest = rows_i64(&r, 1);
	}
	return rows_end(&r);
}

static void read_stamp(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct archive_stamp *)row = (struct archive_stamp){ rows_i64(r, 0),
							       rows_i64(r, 1) };
}

err archive_thread_stamps(struct book *b, struct arena *a, int64_t list, int64_t from,
			  int64_t until, int64_t skip, size_t limit,
			  struct archive_stamp **stamps, size_t *count)
{
	return TABLE_ALL(b, a, read_stamp, stamps, count,
			 "SELECT p.number, t.last_at FROM (SELECT id, root, posts, "
			 "last_at FROM thread WHERE list = ?1 AND last_at >= ?2 AND "
			 "last_at < ?3 ORDER BY last_at, id LIMIT ?5 OFFSET ?4) t "
			 "JOIN post p ON p.id = t.root "
			 "WHERE t.posts > 1 OR NOT p.flags & ?6 "
			 "ORDER BY t.last_at, t.id",
			 SQL_I(list), SQL_I(from), SQL_I(until), SQL_I(skip),
			 SQL_I(limit), SQL_I(ARCHIVE_GONE));
}

/* No thread that began since then has been silent since before. */
err archive_threads_busiest(struct book *b, struct arena *a, int64_t list, int64_t since,
			    size_t limit, struct archive_threads *out)
{
	return TABLE_ALL(b, a, read_thread, &out->list, &out->count,
			 THREAD "WHERE t.id IN (SELECT id FROM thread WHERE list = ?1 "
				"AND last_at >= ?2 AND first_at >= ?2 AND posts > 1 "
				"ORDER BY posts DESC, last_at DESC, id DESC LIMIT ?3) "
				"ORDER BY t.posts DESC, t.last_at DESC, t.id DESC",
			 SQL_I(list), SQL_I(since), SQL_I(limit));
}

err archive_thread_neighbours(struct book *b, struct arena *a,
			      const struct archive_thread *t,
			      struct archive_thread *before, struct archive_thread *after)
{
	bool found;
	*before = *after = (struct archive_thread){ 0 };
	TRY(FIND(b, a, before, &found,
		 THREAD "WHERE t.list = ?1 AND (t.last_at, t.id) < (?2, ?3) "
			"ORDER BY t.last_at DESC, t.id DESC LIMIT 1",
		 SQL_I(t->list), SQL_I(t->last_at), SQL_I(t->id)));
	return FIND(b, a, after, &found,
		    THREAD "WHERE t.list = ?1 AND (t.last_at, t.id) > (?2, ?3) "
			   "ORDER BY t.last_at, t.id LIMIT 1",
		    SQL_I(t->list), SQL_I(t->last_at), SQL_I(t->id));
}

err archive_thread_forget(struct book *b, int64_t list)
{
	TRY(book_run(b, "DELETE FROM missing WHERE list = ?1", SQL_I(list)));
	TRY(book_run(b, "DELETE FROM thread WHERE list = ?1", SQL_I(list)));
	return book_run(b,
			"UPDATE post SET thread = 0, parent = 0, flags = flags & ~2 "
			"WHERE list = ?1",
			SQL_I(list));
}
