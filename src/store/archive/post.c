#include "store/archive/post.h"

#include "store/table.h"

#include <time.h>

void archive_post_read(struct rows *r, struct arena *a, void *row)
{
	struct archive_post *p = row;
	*p = (struct archive_post){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.number = rows_i64(r, 2),
		.source = rows_str(r, a, 3),
		.message_id = rows_str(r, a, 4),
		.thread = rows_i64(r, 5),
		.parent = rows_i64(r, 6),
		.date = rows_i64(r, 7),
		.offset = (int)rows_i64(r, 8),
		.received_at = rows_i64(r, 9),
		.from_name = rows_str(r, a, 10),
		.from_address = rows_str(r, a, 11),
		.subject = rows_str(r, a, 12),
		.subject_key = rows_i64(r, 13),
		.digest = rows_i64(r, 14),
		.size = rows_i64(r, 15),
		.lead = rows_i64(r, 16),
		.attachments = rows_i64(r, 17),
		.flags = (unsigned)rows_i64(r, 18),
		.charset = rows_str(r, a, 19),
	};
}

/* The first row, if there is one. */
#define FIND(b, a, p, found, sql, ...) \
	find((b), (a), (p), (found), (sql), SQL_VALUES(__VA_ARGS__))
static err find(struct book *b, struct arena *a, struct archive_post *p, bool *found,
		const char *sql, const struct sql_value *v, size_t n)
{
	struct rows r;
	TRY(book_rows_values(b, &r, sql, v, n));
	*found = rows_next(&r);
	if (*found)
		archive_post_read(&r, a, p);
	return rows_end(&r);
}

#define ALL(b, a, out, ...) \
	TABLE_ALL((b), (a), archive_post_read, &(out)->list, &(out)->count, __VA_ARGS__)

err archive_post_add(struct book *b, struct archive_post *p)
{
	return TABLE_INSERT(
		b, &p->id,
		"INSERT INTO post (list, number, source, message_id, thread, parent, "
		"date, \"offset\", "
		"received_at, from_name, from_address, subject, subject_key, digest, "
		"size, lead, "
		"attachments, flags, charset) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
		"?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
		SQL_I(p->list), SQL_I(p->number), SQL_S(p->source), SQL_S(p->message_id),
		SQL_I(p->thread), SQL_I(p->parent), SQL_I(p->date), SQL_I(p->offset),
		SQL_I(p->received_at), SQL_S(p->from_name), SQL_S(p->from_address),
		SQL_S(p->subject), SQL_I(p->subject_key), SQL_I(p->digest),
		SQL_I(p->size), SQL_I(p->lead), SQL_I(p->attachments), SQL_I(p->flags),
		SQL_S(p->charset));
}

err archive_number_take(struct book *b, int64_t list, int64_t *number, int64_t *version)
{
	TRY(book_run(
		b,
		"INSERT INTO numbering (list, last, version) VALUES (?1, 1, 1) "
		"ON CONFLICT (list) DO UPDATE SET last = last + 1, version = version + 1",
		SQL_I(list)));
	return archive_newest(b, list, number, version);
}

err archive_touch(struct book *b, int64_t list, int64_t *version)
{
	int64_t number;
	TRY(book_run(b,
		     "INSERT INTO numbering (list, last, version) VALUES (?1, 0, 1) "
		     "ON CONFLICT (list) DO UPDATE SET version = version + 1",
		     SQL_I(list)));
	return archive_newest(b, list, &number, version);
}

err archive_newest(struct book *b, int64_t list, int64_t *number, int64_t *version)
{
	struct rows r;
	*number = *version = 0;
	TRY(book_rows(b, &r, "SELECT last, version FROM numbering WHERE list = ?1",
		      SQL_I(list)));
	if (rows_next(&r)) {
		*number = rows_i64(&r, 0);
		*version = rows_i64(&r, 1);
	}
	return rows_end(&r);
}

err archive_post_by_source(struct book *b, str source, int64_t *number, bool *found)
{
	return book_number(b, number, found, "SELECT number FROM post WHERE source = ?1",
			   SQL_S(source));
}

err archive_post_by_id(struct book *b, struct arena *a, int64_t id,
		       struct archive_post *p, bool *found)
{
	return FIND(b, a, p, found, "SELECT " ARCHIVE_POST " FROM post p WHERE p.id = ?1",
		    SQL_I(id));
}

err archive_post_by_number(struct book *b, struct arena *a, int64_t list, int64_t number,
			   struct archive_post *p, bool *found)
{
	return FIND(b, a, p, found,
		    "SELECT " ARCHIVE_POST
		    " FROM post p WHERE p.list = ?1 AND p.number = ?2",
		    SQL_I(list), SQL_I(number));
}

err archive_posts_by_message_id(struct book *b, struct arena *a, int64_t list,
				str message_id, struct archive_posts *out)
{
	return ALL(b, a, out,
		   "SELECT " ARCHIVE_POST
		   " FROM post p WHERE p.message_id = ?1 AND p.message_id <> '' "
		   "AND (?2 = 0 OR p.list = ?2) ORDER BY p.list, p.id LIMIT 100",
		   SQL_S(message_id), SQL_I(list));
}

err archive_posts_of_thread(struct book *b, struct arena *a, int64_t thread,
			    struct archive_posts *out)
{
	return ALL(b, a, out, "SELECT " ARCHIVE_POST " FROM post p WHERE p.thread = ?1",
		   SQL_I(thread));
}

err archive_posts_between(struct book *b, struct arena *a, int64_t list, int64_t from,
			  int64_t until, int64_t since, int64_t after_date,
			  int64_t after_id, size_t limit, struct archive_posts *out)
{
	return ALL(b, a, out,
		   "SELECT " ARCHIVE_POST
		   " FROM post p WHERE p.list = ?1 AND p.date >= ?2 AND p.date < ?3 "
		   "AND (p.date, p.id) > (?4, ?5) AND p.received_at >= ?7 "
		   "ORDER BY p.date, p.id LIMIT ?6",
		   SQL_I(list), SQL_I(from), SQL_I(until), SQL_I(after_date),
		   SQL_I(after_id), SQL_I(limit), SQL_I(since));
}

err archive_thread_since(struct book *b, struct arena *a, int64_t thread, int64_t since,
			 struct archive_thread_part *part)
{
	bool found;
	struct archive_posts first;
	TRY(book_number(
		b, &part->posts, &found,
		"SELECT count(*) FROM post WHERE thread = ?1 AND received_at >= ?2",
		SQL_I(thread), SQL_I(since)));
	TRY(book_number(b, &part->authors, &found,
			"SELECT count(DISTINCT from_address) FROM post WHERE thread = ?1 "
			"AND received_at >= ?2",
			SQL_I(thread), SQL_I(since)));
	TRY(ALL(b, a, &first,
		"SELECT " ARCHIVE_POST " FROM post p WHERE p.id = (SELECT id FROM post "
		"WHERE thread = ?1 AND received_at >= ?2 ORDER BY date, id LIMIT 1)",
		SQL_I(thread), SQL_I(since)));
	if (first.count)
		part->first = first.list[0];
	return OK;
}

err archive_posts_after(struct book *b, struct arena *a, int64_t list, int64_t after,
			size_t limit, struct archive_posts *out)
{
	return ALL(b, a, out,
		   "SELECT " ARCHIVE_POST
		   " FROM post p WHERE p.list = ?1 AND p.number > ?2 "
		   "ORDER BY p.number LIMIT ?3",
		   SQL_I(list), SQL_I(after), SQL_I(limit));
}

err archive_posts_by_id_after(struct book *b, struct arena *a, int64_t list,
			      int64_t after, size_t limit, struct archive_posts *out)
{
	return ALL(b, a, out,
		   "SELECT " ARCHIVE_POST
		   " FROM post p WHERE p.id > ?1 AND (?2 = 0 OR p.list = ?2) "
		   "ORDER BY p.id LIMIT ?3",
		   SQL_I(after), SQL_I(list), SQL_I(limit));
}

err archive_posts_by_id_before(struct book *b, struct arena *a, int64_t before,
			       size_t limit, struct archive_posts *out)
{
	return ALL(b, a, out,
		   "SELECT " ARCHIVE_POST
		   " FROM post p WHERE p.id < ?1 ORDER BY p.id DESC LIMIT ?2",
		   SQL_I(before), SQL_I(limit));
}

err archive_posts_newest(struct book *b, struct arena *a, int64_t list, int64_t before,
			 size_t limit, struct archive_posts *out)
{
	return ALL(b, a, out,
		   "SELECT " ARCHIVE_POST
		   " FROM post p WHERE p.list = ?1 AND p.number < ?2 "
		   "ORDER BY p.number DESC LIMIT ?3",
		   SQL_I(list), SQL_I(before ? before : INT64_MAX), SQL_I(limit));
}

err archive_posts_spread(struct book *b, struct arena *a, int64_t list, size_t limit,
			 struct archive_posts *out)
{
	return ALL(b, a, out,
		   "SELECT " ARCHIVE_POST " FROM post p WHERE p.list = ?1 AND p.number % "
		   "(SELECT 1 + (last - 1) / ?2 FROM numbering WHERE list = ?1) = 0 "
		   "ORDER BY p.number DESC LIMIT ?2",
		   SQL_I(list), SQL_I(limit));
}

err archive_post_rewrite(struct book *b, const struct archive_post *p)
{
	return book_run(
		b,
		"UPDATE post SET from_name = ?2, from_address = ?3, digest = ?4, "
		"size = ?5, lead = ?6, subject = ?7, attachments = ?8, charset = ?9 "
		"WHERE id = ?1",
		SQL_I(p->id), SQL_S(p->from_name), SQL_S(p->from_address),
		SQL_I(p->digest), SQL_I(p->size), SQL_I(p->lead), SQL_S(p->subject),
		SQL_I(p->attachments), SQL_S(p->charset));
}

err archive_post_mark(struct book *b, const struct archive_post *p)
{
	return book_run(b, "UPDATE post SET flags = ?2, subject_key = ?3 WHERE id = ?1",
			SQL_I(p->id), SQL_I(p->flags), SQL_I(p->subject_key));
}

err archive_post_neighbours(struct book *b, int64_t list, int64_t number, int64_t *before,
			    int64_t *after)
{
	bool found;
	*before = *after = 0;
	TRY(book_number(b, before, &found,
			"SELECT number FROM post WHERE list = ?1 AND number < ?2 "
			"ORDER BY number DESC LIMIT 1",
			SQL_I(list), SQL_I(number)));
	return book_number(b, after, &found,
			   "SELECT number FROM post WHERE list = ?1 AND number > ?2 "
			   "ORDER BY number LIMIT 1",
			   SQL_I(list), SQL_I(number));
}

err archive_post_placed_by_id(struct book *b, int64_t list, str message_id,
			      struct archive_place *place, bool *found)
{
	struct rows r;
	TRY(book_rows(
		b, &r,
		"SELECT id, thread, parent, date, flags FROM post WHERE message_id = ?1 "
		"AND message_id <> '' AND list = ?2 AND thread > 0 ORDER BY id LIMIT 1",
		SQL_S(message_id), SQL_I(list)));
	*found = rows_next(&r);
	if (*found)
		*place = (struct archive_place){ rows_i64(&r, 0), rows_i64(&r, 1),
						 rows_i64(&r, 2), rows_i64(&r, 3),
						 (unsigned)rows_i64(&r, 4) };
	return rows_end(&r);
}

err archive_post_place(struct book *b, const struct archive_place *x)
{
	return book_run(
		b, "UPDATE post SET thread = ?2, parent = ?3, flags = ?4 WHERE id = ?1",
		SQL_I(x->id), SQL_I(x->thread), SQL_I(x->parent), SQL_I(x->flags));
}

static void read_place(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct archive_place *)row = (struct archive_place){
		rows_i64(r, 0), rows_i64(r, 1), rows_i64(r, 2), rows_i64(r, 3),
		(unsigned)rows_i64(r, 4)
	};
}

err archive_places_of_thread(struct book *b, struct arena *a, int64_t thread,
			     struct archive_place **places, size_t *count)
{
	return TABLE_ALL(
		b, a, read_place, places, count,
		"SELECT id, thread, parent, date, flags FROM post WHERE thread = ?1",
		SQL_I(thread));
}

err archive_place_of(struct book *b, int64_t id, struct archive_place *place)
{
	return TABLE_ONE(b, NULL, read_place, place,
			 "the archive lacks a post that it refers to",
			 "SELECT id, thread, parent, date, flags FROM post WHERE id = ?1",
			 SQL_I(id));
}

err archive_post_same_subject(struct book *b, const struct archive_post *p, int64_t since,
			      struct archive_place *place, bool *found)
{
	struct rows r;
	TRY(book_rows(
		b, &r,
		"SELECT id, thread, parent, date, flags FROM post WHERE list = ?1 "
		"AND subject_key = ?2 AND subject_key <> 0 AND date BETWEEN ?3 AND ?4 "
		"AND (date, id) < (?4, ?5) AND thread > 0 "
		"ORDER BY flags & 1, CASE WHEN flags & 1 THEN date ELSE -date END LIMIT "
		"1",
		SQL_I(p->list), SQL_I(p->subject_key), SQL_I(since), SQL_I(p->date),
		SQL_I(p->id ? p->id : INT64_MAX)));
	*found = rows_next(&r);
	if (*found)
		read_place(&r, NULL, place);
	return rows_end(&r);
}

err archive_posts_guessing(struct book *b, struct arena *a, const struct archive_post *p,
			   int64_t until, struct archive_posts *out)
{
	return ALL(b, a, out,
		   "SELECT " ARCHIVE_POST
		   " FROM post p WHERE p.list = ?1 AND p.subject_key = ?2 "
		   "AND p.subject_key <> 0 AND p.date BETWEEN ?3 AND ?4 AND p.flags & 1 "
		   "AND (p.parent = 0 OR p.flags & 2) AND p.flags & 256 = 0 "
		   "AND p.id <> ?5 AND p.thread > 0",
		   SQL_I(p->list), SQL_I(p->subject_key), SQL_I(p->date), SQL_I(until),
		   SQL_I(p->id));
}

err archive_post_author_in_thread(struct book *b, int64_t thread, str address,
				  bool *found)
{
	int64_t one;
	return book_number(
		b, &one, found,
		"SELECT 1 FROM post WHERE thread = ?1 AND from_address = ?2 LIMIT 1",
		SQL_I(thread), SQL_S(address));
}

err archive_month_count(struct book *b, int64_t list, int64_t date, int by)
{
	struct tm tm;
	time_t seconds = (time_t)date;
	if (!gmtime_r(&seconds, &tm))
		return OK; /* archive/add.c lets no such date in */
	return book_run(b,
			"INSERT INTO month (list, month, posts) VALUES (?1, ?2, ?3) "
			"ON CONFLICT (list, month) DO UPDATE SET posts = posts + ?3",
			SQL_I(list), SQL_I((tm.tm_year + 1900) * 12 + tm.tm_mon),
			SQL_I(by));
}

static void read_month(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	int64_t month = rows_i64(r, 0);
	*(struct archive_month *)row = (struct archive_month){ (int)(month / 12),
							       (int)(month % 12) + 1,
							       rows_i64(r, 1) };
}

err archive_months(struct book *b, struct arena *a, int64_t list,
		   struct archive_month **months, size_t *count)
{
	return TABLE_ALL(b, a, read_month, months, count,
			 "SELECT month, posts FROM month WHERE list = ?1 AND posts > 0 "
			 "ORDER BY month DESC",
			 SQL_I(list));
}
