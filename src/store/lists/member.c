#include "store/lists/member.h"

#include "store/lists/member_inside.h"

static const char none[] = "that is no member of the list";

void member_read(struct rows *r, struct arena *a, void *row)
{
	*(struct member_row *)row = (struct member_row){
		.id = rows_i64(r, 0),
		.list = rows_i64(r, 1),
		.address = rows_i64(r, 2),
		.person = rows_i64(r, 3),
		.key = rows_str(r, a, 4),
		.text = rows_str(r, a, 5),
		.name = rows_str(r, a, 6),
		.verified_at = rows_i64(r, 7),
		.joined_at = rows_i64(r, 8),
		.delivery = rows_str(r, a, 9),
		.off_by = rows_str(r, a, 10),
		.action = rows_str(r, a, 11),
		.own_posts = rows_i64(r, 12),
		.copies = rows_i64(r, 13),
		.acknowledge = rows_i64(r, 14),
		.hidden = rows_i64(r, 15),
		.bounce_score = rows_real(r, 16),
		.bounce_at = rows_i64(r, 17),
		.bounce_text = rows_str(r, a, 18),
		.bounce_today = rows_real(r, 19),
		.doubt_at = rows_i64(r, 20),
		.probe_at = rows_i64(r, 21),
		.off_at = rows_i64(r, 22),
		.warnings = rows_i64(r, 23),
		.warned_at = rows_i64(r, 24),
		.topics = rows_str(r, a, 25),
		.other_topics = rows_i64(r, 26),
		.last_day = rows_i64(r, 27),
		.off_why = rows_str(r, a, 28),
		.own_name = rows_str(r, a, 29),
		.own = (unsigned)rows_i64(r, 30),
		.form = rows_str(r, a, 31),
		.language = rows_str(r, a, 32),
		.follows = rows_i64(r, 33),
		.moved_at = rows_i64(r, 34),
	};
}

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

/* What a search looks at; where an address gets another name or person, triggers do it. */
#define FIND_AS(name)                             \
	"SELECT x.text || ' ' || coalesce(" name  \
	", p.name) FROM address x JOIN person p " \
	"ON p.id = x.person WHERE x.id = ?2"

/* Mostly nobody has said anything, and the columns' defaults hold. */
static err begin_as_preferred(struct book *b, int64_t address, int64_t id)
{
	ARENA(a);
	struct preference above;
	struct member_row m;
	TRY(preference_above(b, a, address, &above));
	if (!above.set)
		return OK;
	TRY(member_get(b, a, id, &m));
	return member_change(b, &m);
}

static err add(struct book *b, int64_t list, int64_t address, int64_t now, int64_t *id)
{
	bool found;
	int64_t there;
	err e = TABLE_INSERT(b, id,
			     "INSERT INTO member (list, address, joined_at, key, find) "
			     "VALUES (?1, ?2, ?3, coalesce((SELECT key FROM address "
			     "WHERE id = ?2), ''), coalesce((" FIND_AS("NULL") "), ''))",
			     SQL_I(list), SQL_I(address), SQL_I(now));
	if (!e.kind)
		return begin_as_preferred(b, address, *id);
	if (e.kind != ERR_DENIED)
		return e;
	TRY(book_number(b, &there, &found,
			"SELECT id FROM member WHERE list = ?1 AND address = ?2",
			SQL_I(list), SQL_I(address)));
	return found ? FAIL(ERR_DENIED, "that address is a member already")
		     : FAIL(ERR_NOTFOUND, "there is no such list or address");
}

err member_add(struct book *b, int64_t list, int64_t address, int64_t now, int64_t *id)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, add(b, list, address, now, id));
}

err member_get(struct book *b, struct arena *a, int64_t id, struct member_row *m)
{
	return TABLE_ONE(b, a, member_read, m, none, MEMBER "WHERE m.id = ?1", SQL_I(id));
}

err member_find(struct book *b, struct arena *a, int64_t list, str key,
		struct member_row *m)
{
	return TABLE_ONE(b, a, member_read, m, none,
			 MEMBER "WHERE x.key = ?2 AND m.list = ?1", SQL_I(list),
			 SQL_S(key));
}

/* The + keeps SQLite at the few addresses of the person. */
err member_of_person(struct book *b, struct arena *a, int64_t list, int64_t person,
		     struct member_row *m)
{
	return TABLE_ONE(b, a, member_read, m, none,
			 MEMBER "WHERE x.person = ?2 AND +m.list = ?1 "
				"ORDER BY m.delivery = 'off', m.id LIMIT 1",
			 SQL_I(list), SQL_I(person));
}

err member_since(struct book *b, int64_t list, int64_t person, int64_t *at)
{
	bool found;
	*at = 0;
	TRY(book_number(
		b, at, &found,
		"SELECT m.joined_at FROM address x JOIN member m ON m.address = x.id "
		"WHERE x.person = ?1 AND +m.list = ?2 AND x.verified_at > 0 "
		"ORDER BY m.joined_at LIMIT 1",
		SQL_I(person), SQL_I(list)));
	return found ? OK : FAIL(ERR_NOTFOUND, none);
}

bool member_reads_digests(str delivery)
{
	return !str_eq(delivery, STR("regular")) && !str_eq(delivery, STR("off"));
}

#define NEWEST \
	"coalesce((SELECT max(id) FROM digest_post p WHERE p.list = member.list), 0)"
#define OLDEST                                                     \
	"max(digest_turn, coalesce((SELECT sent_to FROM digest d " \
	"WHERE d.list = member.list), 0))"

/* Where nothing came since the turn away it was none, and the last digest that was owed
 * is part of the next one again. */
static err turn_to_digests(struct book *b, int64_t member)
{
	TRY(book_run(b,
		     "UPDATE member SET digest_turn = coalesce((SELECT low FROM "
		     "digest_owed o WHERE o.member = ?1 AND o.high = " NEWEST "), " NEWEST
		     ") WHERE id = ?1",
		     SQL_I(member)));
	return book_run(b,
			"DELETE FROM digest_owed WHERE member = ?1 AND high = "
			"(SELECT " NEWEST " FROM member WHERE id = ?1)",
			SQL_I(member));
}

/* One last digest is owed, of what came since the last issue. */
static err turn_from_digests(struct book *b, int64_t member)
{
	TRY(book_run(b,
		     "INSERT INTO digest_owed (list, member, form, low, high) "
		     "SELECT list, id, delivery, " OLDEST ", " NEWEST
		     " FROM member WHERE id = ?1 AND " OLDEST " < " NEWEST,
		     SQL_I(member)));
	return book_run(b,
			"UPDATE member SET digest_turn = CASE WHEN " NEWEST
			" > digest_turn THEN " NEWEST " ELSE 0 END WHERE id = ?1",
			SQL_I(member));
}

/* Whichever way it is, the posts so far are on one side of the turn and all later ones
 * on the other. */
static err turn(struct book *b, const struct member_row *m)
{
	int64_t read = 0;
	bool found, reads = member_reads_digests(m->delivery);
	TRY(book_number(b, &read, &found,
			"SELECT delivery <> 'regular' AND delivery <> 'off' "
			"FROM member WHERE id = ?1",
			SQL_I(m->id)));
	if (!found || (read != 0) == reads)
		return OK;
	return reads ? turn_to_digests(b, m->id) : turn_from_digests(b, m->id);
}

static err write(struct book *b, const struct member_row *m)
{
	TRY(turn(b, m));
	TRY(book_run(b,
		     "UPDATE member SET bounce_score = 0, bounce_at = 0, "
		     "bounce_today = 0, doubt_at = 0, probe_at = 0, off_at = 0, "
		     "warnings = 0, warned_at = 0 "
		     "WHERE id = ?1 AND delivery = 'off' AND ?2 <> 'off'",
		     SQL_I(m->id), SQL_S(m->delivery)));
	return TABLE_MUST(
		b, none,
		"UPDATE member SET address = ?2, "
		"key = coalesce((SELECT key FROM address WHERE id = ?2), key), "
		"find = coalesce((" FIND_AS(
			"nullif(?18, '')") "), find), "
					   "name = ?18, delivery = ?3, off_by = ?4, "
					   "action = ?5, own_posts = ?6, copies = ?7, "
					   "acknowledge = ?8, "
					   "hidden = ?9, topics = ?10, other_topics = "
					   "?11, last_day = ?12, "
					   "off_why = CASE ?3 WHEN 'off' THEN ?13 ELSE "
					   "'' END, "
					   "off_at = CASE ?4 WHEN 'bounces' THEN off_at "
					   "ELSE 0 END, "
					   "own = ?14, form = ?15, language = ?16, "
					   "follows = ?17 WHERE id = ?1",
		SQL_I(m->id), SQL_I(m->address), SQL_S(m->delivery), SQL_S(m->off_by),
		SQL_S(m->action), SQL_I(m->own_posts), SQL_I(m->copies),
		SQL_I(m->acknowledge), SQL_I(m->hidden), SQL_S(m->topics),
		SQL_I(m->other_topics), SQL_I(m->last_day), SQL_S(m->off_why),
		SQL_I(m->own), SQL_S(m->form), SQL_S(m->language), SQL_I(m->follows),
		SQL_S(m->own_name));
}

static err change(struct book *b, const struct member_row *wanted)
{
	ARENA(a);
	struct member_row was, m = *wanted;
	TRY(member_get(b, a, m.id, &was));
	TRY(member_settle(b, a, &was, &m));
	return write(b, &m);
}

err member_change(struct book *b, const struct member_row *m)
{
	bool mine;
	TRY(book_join(b, &mine));
	err e = book_leave(b, mine, change(b, m));
	return e.kind == ERR_DENIED
		       ? FAIL(ERR_DENIED, "the other address is a member already")
		       : e;
}

err member_bounced(struct book *b, const struct member_row *m)
{
	return TABLE_MUST(
		b, none,
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

err member_remove(struct book *b, int64_t id)
{
	return TABLE_MUST(b, none, "DELETE FROM member WHERE id = ?1", SQL_I(id));
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

err member_list(struct book *b, struct arena *a, int64_t list, int64_t after,
		size_t limit, struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE m.list = ?1 AND m.id > ?2 ORDER BY m.id LIMIT ?3",
			 SQL_I(list), SQL_I(after), SQL_I(limit));
}

err member_by_key(struct book *b, struct arena *a, str key, struct member_row **m,
		  size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE x.key = ?1 ORDER BY m.list", SQL_S(key));
}

err member_by_person(struct book *b, struct arena *a, int64_t person,
		     struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE x.person = ?1 ORDER BY m.list, m.id",
			 SQL_I(person));
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

err member_ended(struct book *b, struct arena *a, int64_t now, int64_t after,
		 size_t limit, struct member_row **m, size_t *count)
{
	return TABLE_ALL(b, a, member_read, m, count,
			 MEMBER "WHERE m.last_day > 0 AND m.last_day <= ?1 - 86400 "
				"AND m.id > ?2 ORDER BY m.id LIMIT ?3",
			 SQL_I(now), SQL_I(after), SQL_I(limit));
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
