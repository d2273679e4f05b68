#include "store/lists/follower.h"

#include "base/buf.h"
#include "store/lists/role_inside.h"
#include "store/table.h"

/* The persons ?1 of a batch. */
#define OF_BATCH "x.person IN (SELECT value FROM json_each(?1)) "

#define ROLES    ROLE_BITS("?1", "f.person")

/* The + keeps SQLite at the few addresses of the person. */
#define MEMBER                                                               \
	"EXISTS (SELECT 1 FROM address x JOIN member m ON m.address = x.id " \
	"WHERE x.person = f.person AND +m.list = ?1 AND x.verified_at > 0)"

static void read_follower(struct rows *r, struct arena *a, void *row)
{
	*(struct follower *)row = (struct follower){
		.follow = rows_i64(r, 0),
		.person = rows_i64(r, 1),
		.name = rows_str(r, a, 2),
		.language = rows_str(r, a, 3),
		.admin = rows_i64(r, 4),
		.roles = (unsigned)rows_i64(r, 5),
		.member = rows_i64(r, 6),
		.own_posts = rows_i64(r, 7),
		.copies = rows_i64(r, 8),
	};
}

/* Who followed two threads that became one is the older of the two rows. */
err follower_after(struct book *b, struct arena *a, int64_t list, str posts,
		   int64_t after, size_t limit, struct follower **f, size_t *count)
{
	return TABLE_ALL(
		b, a, read_follower, f, count,
		"SELECT f.id, f.person, p.name, p.language, p.admin, " ROLES ", " MEMBER
		", coalesce(c.own_posts, 1), coalesce(c.copies, 1) "
		"FROM (SELECT min(id) AS id, person FROM follow WHERE list = ?1 "
		"AND number IN (SELECT value FROM json_each(?2)) GROUP BY person "
		"HAVING min(id) > ?3 ORDER BY min(id) LIMIT ?4) f "
		"JOIN person p ON p.id = f.person "
		"LEFT JOIN preference c ON c.person = f.person ORDER BY f.id",
		SQL_I(list), SQL_S(posts), SQL_I(after), SQL_I(limit));
}

static str persons(struct arena *a, const struct follower *f, size_t n)
{
	BUF(b);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%c%lld", i ? ',' : '[', (long long)f[i].person);
	buf_add(&b, n ? STR("]") : STR("[]"));
	return arena_copy(a, buf_str(&b));
}

static void read_address(struct rows *r, struct arena *a, void *row)
{
	*(struct follower_address *)row = (struct follower_address){
		.person = rows_i64(r, 0),
		.key = rows_str(r, a, 1),
		.text = rows_str(r, a, 2),
		.verified = rows_i64(r, 3),
	};
}

err follower_addresses(struct book *b, struct arena *a, const struct follower *f,
		       size_t n, struct follower_address **x, size_t *count)
{
	return TABLE_ALL(b, a, read_address, x, count,
			 "SELECT x.person, x.key, x.text, x.verified_at > 0 "
			 "FROM address x JOIN person p ON p.id = x.person "
			 "WHERE " OF_BATCH "ORDER BY x.person, x.id <> p.preferred, x.id",
			 SQL_S(persons(a, f, n)));
}

static void read_member(struct rows *r, struct arena *a, void *row)
{
	*(struct follower_member *)row = (struct follower_member){
		.person = rows_i64(r, 0),
		.copy = { .id = rows_i64(r, 1),
			  .key = rows_str(r, a, 2),
			  .text = rows_str(r, a, 3),
			  .own_posts = rows_i64(r, 4),
			  .copies = rows_i64(r, 5) },
		.verified = rows_i64(r, 6),
		.regular = rows_i64(r, 7),
		.gets = rows_i64(r, 8),
	};
}

err follower_memberships(struct book *b, struct arena *a, int64_t list, int64_t post,
			 const struct follower *f, size_t n, struct follower_member **m,
			 size_t *count)
{
	return TABLE_ALL(
		b, a, read_member, m, count,
		"SELECT x.person, m.id, x.key, x.text, m.own_posts, m.copies, "
		"x.verified_at > 0, m.delivery = 'regular', CASE m.delivery "
		"WHEN 'regular' THEN ?3 = 0 OR m.digest_turn < ?3 "
		"WHEN 'off' THEN 0 ELSE m.digest_turn >= ?3 END "
		"FROM address x JOIN member m ON m.address = x.id WHERE " OF_BATCH
		"AND +m.list = ?2 ORDER BY x.person, m.delivery = 'off', m.id",
		SQL_S(persons(a, f, n)), SQL_I(list), SQL_I(post));
}
