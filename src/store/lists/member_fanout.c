/* What a fan-out asks of a list's members, a batch at a time. */
#include "store/lists/member_inside.h"

static void read_copy(struct rows *r, struct arena *a, void *row)
{
	*(struct member_copy *)row = (struct member_copy){
		.id = rows_i64(r, 0),
		.key = rows_str(r, a, 1),
		.text = rows_str(r, a, 2),
		.own_posts = rows_i64(r, 3),
		.copies = rows_i64(r, 4),
	};
}

#define COPY "SELECT m.id, x.key, x.text, m.own_posts, m.copies FROM member m "

#define REGULAR                                                             \
	COPY "INDEXED BY member_fanout JOIN address x ON x.id = m.address " \
	     "WHERE m.list = ?1 AND m.delivery = 'regular' AND m.id > ?2 "

/* Where no digest has the post there is one column less to read. */
static err regular_after(struct book *b, struct arena *a, int64_t list, int64_t post,
			 int64_t after, size_t limit, struct member_copy **m,
			 size_t *count)
{
	if (!post)
		return TABLE_ALL(b, a, read_copy, m, count,
				 REGULAR "ORDER BY m.id LIMIT ?3", SQL_I(list),
				 SQL_I(after), SQL_I(limit));
	return TABLE_ALL(b, a, read_copy, m, count,
			 REGULAR "AND m.digest_turn < ?4 ORDER BY m.id LIMIT ?3",
			 SQL_I(list), SQL_I(after), SQL_I(limit), SQL_I(post));
}

/* Mostly none: they turned to digests while the post was going out. */
static err turned_after(struct book *b, struct arena *a, int64_t list, int64_t post,
			int64_t after, size_t limit, struct member_copy **m,
			size_t *count)
{
	return TABLE_ALL(b, a, read_copy, m, count,
			 COPY "INDEXED BY member_digest "
			      "JOIN address x ON x.id = m.address WHERE m.list = ?1 "
			      "AND m.delivery <> 'regular' AND m.delivery <> 'off' "
			      "AND m.digest_turn >= ?4 AND m.id > ?2 "
			      "ORDER BY m.id LIMIT ?3",
			 SQL_I(list), SQL_I(after), SQL_I(limit), SQL_I(post));
}

/* Both in one order of ids, so that one cursor serves both. */
static size_t merge(const struct member_copy *x, size_t n, const struct member_copy *y,
		    size_t k, size_t limit, struct member_copy *out)
{
	size_t i = 0, j = 0, count = 0;
	while (count < limit && (i < n || j < k))
		out[count++] = j == k || (i < n && x[i].id < y[j].id) ? x[i++] : y[j++];
	return count;
}

err member_after(struct book *b, struct arena *a, int64_t list, int64_t post,
		 int64_t after, size_t limit, struct member_copy **m, size_t *count)
{
	struct member_copy *turned, *both;
	size_t n;
	TRY(regular_after(b, a, list, post, after, limit, m, count));
	TRY(turned_after(b, a, list, post, after, limit, &turned, &n));
	if (!n)
		return OK;
	both = arena_alloc(a, limit * sizeof *both);
	*count = merge(*m, *count, turned, n, limit, both);
	*m = both;
	return OK;
}

static void read_reader(struct rows *r, struct arena *a, void *row)
{
	*(struct member_reader *)row = (struct member_reader){ .id = rows_i64(r, 0),
							       .name = rows_str(r, a, 1),
							       .language = rows_str(r, a,
										    2) };
}

/* By their ids alone: the members of a batch mostly follow each other. */
err member_readers(struct book *b, struct arena *a, int64_t list, int64_t first,
		   int64_t last, struct member_reader **r, size_t *count)
{
	return TABLE_ALL(b, a, read_reader, r, count,
			 "SELECT m.id, p.name, p.language FROM member m "
			 "JOIN address x ON x.id = m.address "
			 "JOIN person p ON p.id = x.person "
			 "WHERE +m.list = ?1 AND m.id >= ?2 AND m.id <= ?3 ORDER BY m.id",
			 SQL_I(list), SQL_I(first), SQL_I(last));
}

static void read_choice(struct rows *r, struct arena *a, void *row)
{
	*(struct member_choice *)row = (struct member_choice){
		.id = rows_i64(r, 0),
		.topics = rows_str(r, a, 1),
		.other_topics = rows_i64(r, 2)
	};
}

err member_choices(struct book *b, struct arena *a, int64_t list, int64_t after,
		   int64_t upto, struct member_choice **c, size_t *count)
{
	return TABLE_ALL(b, a, read_choice, c, count,
			 "SELECT id, topics, other_topics FROM member "
			 "INDEXED BY member_topics WHERE list = ?1 AND topics <> '' "
			 "AND id > ?2 AND id <= ?3 ORDER BY id",
			 SQL_I(list), SQL_I(after), SQL_I(upto));
}

static void read_id(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(int64_t *)row = rows_i64(r, 0);
}

/* The + keeps SQLite at the one list's members in order of id, each looked up on the
 * other by (list, address), not by the index of those who read single posts. */
err member_also_on(struct book *b, struct arena *a, int64_t list, int64_t other,
		   bool once, int64_t after, int64_t upto, int64_t **ids, size_t *count)
{
	return TABLE_ALL(b, a, read_id, ids, count,
			 "SELECT m.id FROM member m INDEXED BY member_list "
			 "CROSS JOIN member y ON y.list = ?2 AND y.address = m.address "
			 "WHERE m.list = ?1 AND m.id > ?3 AND m.id <= ?4 "
			 "AND +y.delivery = 'regular' "
			 "AND (?5 = 0 OR (m.copies = 0 AND y.topics = '')) "
			 "ORDER BY m.id",
			 SQL_I(list), SQL_I(other), SQL_I(after), SQL_I(upto),
			 SQL_I(once));
}
