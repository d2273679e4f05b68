#include "store/foreign/mailman3.h"

#include "store/foreign/foreign.h"
#include "store/table.h"

/* What each of a member's three levels says; columns in the order of struct
 * mailman3_likes. */
#define LIKES(p)                                                                     \
	"coalesce(" p ".acknowledge_posts, -1), coalesce(" p                         \
	".hide_address, -1), coalesce(" p ".receive_list_copy, -1), coalesce(" p     \
	".receive_own_postings, -1), coalesce(" p ".delivery_mode, -1), coalesce(" p \
	".delivery_status, -1), coalesce(" p ".preferred_language, '')"
#define OF_MEMBER  LIKES("mp")
#define OF_ADDRESS LIKES("ap")
#define OF_USER    LIKES("up")

enum { LIKES_COLUMNS = 7 };

static struct mailman3_likes likes_at(struct rows *r, struct arena *a, int column)
{
	return (struct mailman3_likes){
		.acknowledge = rows_i64(r, column),
		.hide = rows_i64(r, column + 1),
		.list_copy = rows_i64(r, column + 2),
		.own_posts = rows_i64(r, column + 3),
		.mode = rows_i64(r, column + 4),
		.status = rows_i64(r, column + 5),
		.language = rows_str(r, a, column + 6),
	};
}

static void read_member(struct rows *r, struct arena *a, void *row)
{
	enum { LEVELS = 13 };
	*(struct mailman3_member *)row = (struct mailman3_member){
		.id = rows_i64(r, 0),
		.role = rows_i64(r, 1),
		.email = rows_str(r, a, 2),
		.name = rows_str(r, a, 3),
		.action = rows_i64(r, 4),
		.as_user = rows_i64(r, 5),
		.addresses = rows_i64(r, 6),
		.user = rows_i64(r, 7),
		.verified_at = rows_i64(r, 8),
		.bounce_score = rows_i64(r, 9),
		.bounced_at = rows_i64(r, 10),
		.warned_at = rows_i64(r, 11),
		.warnings = rows_i64(r, 12),
		.own = likes_at(r, a, LEVELS),
		.of_address = likes_at(r, a, LEVELS + LIKES_COLUMNS),
		.of_user = likes_at(r, a, LEVELS + 2 * LIKES_COLUMNS),
	};
}

/* Who is a member as a user is reached at the user's preferred address. */
#define MEMBERS                                                                       \
	"SELECT m.id, m.role, coalesce(a._original, a.email, ''), "                   \
	"coalesce(nullif(a.display_name, ''), u.display_name, ''), "                  \
	"coalesce(m.moderation_action, -1), m.user_id IS NOT NULL, "                  \
	"(SELECT count(*) FROM address x WHERE x.user_id = u.id), "                   \
	"coalesce(u.id, 0), coalesce(strftime('%s', a.verified_on), 0), "             \
	"coalesce(m.bounce_score, 0), "                                               \
	"coalesce(strftime('%s', m.last_bounce_received), 0), "                       \
	"coalesce(strftime('%s', m.last_warning_sent), 0), "                          \
	"coalesce(m.total_warnings_sent, 0), " OF_MEMBER ", " OF_ADDRESS ", " OF_USER \
	" FROM member m LEFT JOIN user mu ON mu.id = m.user_id "                      \
	"LEFT JOIN address a ON "                                                     \
	"a.id = coalesce(m.address_id, mu._preferred_address_id) "                    \
	"LEFT JOIN user u ON u.id = coalesce(m.user_id, a.user_id) "                  \
	"LEFT JOIN preferences mp ON mp.id = m.preferences_id "                       \
	"LEFT JOIN preferences ap ON ap.id = a.preferences_id "                       \
	"LEFT JOIN preferences up ON up.id = u.preferences_id "

err mailman3_members(struct book *b, struct arena *a, str list_id, int64_t after,
		     size_t limit, struct mailman3_member **m, size_t *count)
{
	return TABLE_ALL(b, a, read_member, m, count,
			 MEMBERS "WHERE m.list_id = ?1 AND m.role < 4 AND m.id > ?2 "
				 "ORDER BY m.id LIMIT ?3",
			 SQL_S(list_id), SQL_I(after), SQL_I(limit));
}

static void read_address(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_address *)row = (struct mailman3_address){
		.email = rows_str(r, a, 0),
		.verified_at = rows_i64(r, 1),
		.preferred = rows_i64(r, 2),
	};
}

err mailman3_addresses(struct book *b, struct arena *a, int64_t user,
		       struct mailman3_address **x, size_t *count)
{
	return TABLE_ALL(b, a, read_address, x, count,
			 "SELECT coalesce(a._original, a.email, ''), "
			 "coalesce(strftime('%s', a.verified_on), 0), "
			 "a.id = coalesce(u._preferred_address_id, 0) FROM address a "
			 "JOIN user u ON u.id = a.user_id WHERE u.id = ?1 "
			 "ORDER BY a.email LIMIT ?2",
			 SQL_I(user), SQL_I(FOREIGN_ROWS));
}

static void read_nonmember(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_line *)row = (struct mailman3_line){
		.type = rows_i64(r, 0),
		.text = rows_str(r, a, 1),
	};
}

err mailman3_nonmembers(struct book *b, struct arena *a, str list_id,
			struct mailman3_line **line, size_t *count)
{
	return TABLE_ALL(
		b, a, read_nonmember, line, count,
		"SELECT coalesce(m.moderation_action, -1), coalesce(a.email, '') "
		"FROM member m LEFT JOIN address a ON a.id = m.address_id WHERE "
		"m.list_id = ?1 AND m.role = 4 ORDER BY m.id LIMIT ?2",
		SQL_S(list_id), SQL_I(FOREIGN_ROWS));
}

/* ---- domains */

static void read_domain(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_domain *)row = (struct mailman3_domain){
		.id = rows_i64(r, 0),
		.name = rows_str(r, a, 1),
		.description = rows_str(r, a, 2),
		.alias = rows_str(r, a, 3),
	};
}

err mailman3_domains(struct book *b, struct arena *a, struct mailman3_domain **d,
		     size_t *count)
{
	return TABLE_ALL(b, a, read_domain, d, count,
			 "SELECT id, coalesce(mail_host, ''), coalesce(description, ''), "
			 "coalesce(alias_domain, '') FROM domain ORDER BY id LIMIT ?1",
			 SQL_I(FOREIGN_ROWS));
}

/* A user is called by the preferred address, else the first one. */
err mailman3_domain_owners(struct book *b, struct arena *a, int64_t domain,
			   struct mailman3_line **line, size_t *count)
{
	return TABLE_ALL(
		b, a, read_nonmember, line, count,
		"SELECT 0, coalesce(a._original, a.email, '') FROM domain_owner o "
		"JOIN user u ON u.id = o.user_id JOIN address a ON a.id = "
		"coalesce(u._preferred_address_id, (SELECT x.id FROM address x "
		"WHERE x.user_id = u.id ORDER BY x._original LIMIT 1)) "
		"WHERE o.domain_id = ?1 ORDER BY a.email LIMIT ?2",
		SQL_I(domain), SQL_I(FOREIGN_ROWS));
}

err mailman3_server_owners(struct book *b, int64_t *count)
{
	bool found;
	return book_number(b, count, &found,
			   "SELECT count(*) FROM user WHERE is_server_owner");
}
