#include "store/foreign/mailman3.h"

#include "store/foreign/foreign.h"
#include "store/table.h"

/* The first of a member's three levels that says something; Mailman asks them in this
 * order. */
#define LIKES(column) "coalesce(mp." column ", ap." column ", up." column ", -1)"

static void read_member(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_member *)row = (struct mailman3_member){
		.id = rows_i64(r, 0),
		.role = rows_i64(r, 1),
		.email = rows_str(r, a, 2),
		.name = rows_str(r, a, 3),
		.language = rows_str(r, a, 4),
		.action = rows_i64(r, 5),
		.acknowledge = rows_i64(r, 6),
		.hide = rows_i64(r, 7),
		.list_copy = rows_i64(r, 8),
		.own_posts = rows_i64(r, 9),
		.mode = rows_i64(r, 10),
		.status = rows_i64(r, 11),
		.bounce_score = rows_i64(r, 12),
		.bounced_at = rows_i64(r, 13),
		.warned_at = rows_i64(r, 14),
		.warnings = rows_i64(r, 15),
	};
}

/* Who is a member as a user is reached at the user's preferred address. */
err mailman3_members(struct book *b, struct arena *a, str list_id, int64_t after,
		     size_t limit, struct mailman3_member **m, size_t *count)
{
	return TABLE_ALL(
		b, a, read_member, m, count,
		"SELECT m.id, m.role, coalesce(a._original, a.email, ''), "
		"coalesce(nullif(a.display_name, ''), u.display_name, ''), "
		"coalesce(mp.preferred_language, ap.preferred_language, "
		"up.preferred_language, ''), coalesce(m.moderation_action, -1), " LIKES("acknowledge_posts") ", " LIKES("hide_address") ", " LIKES("receive_list_copy") ", " LIKES("receive_own_postings") ", " LIKES(
			"delivery_mode") ", " LIKES("delivery_status") ", "
								       "coalesce(m."
								       "bounce_score, "
								       "0), "
								       "coalesce("
								       "strftime('%s', "
								       "m.last_bounce_"
								       "received), 0), "
								       "coalesce("
								       "strftime('%s', "
								       "m.last_warning_"
								       "sent), 0), "
								       "coalesce(m.total_"
								       "warnings_sent, "
								       "0) FROM member m "
								       "LEFT JOIN user "
								       "mu ON mu.id = "
								       "m.user_id "
								       "LEFT JOIN "
								       "address a ON "
								       "a.id = "
								       "coalesce(m."
								       "address_id, "
								       "mu._preferred_"
								       "address_id) "
								       "LEFT JOIN user u "
								       "ON u.id = "
								       "coalesce(m.user_"
								       "id, a.user_id) "
								       "LEFT JOIN "
								       "preferences mp "
								       "ON mp.id = "
								       "m.preferences_id "
								       "LEFT JOIN "
								       "preferences ap "
								       "ON ap.id = "
								       "a.preferences_id "
								       "LEFT JOIN "
								       "preferences up "
								       "ON up.id = "
								       "u.preferences_id "
								       "WHERE m.list_id "
								       "= ?1 AND m.role "
								       "< 4 AND m.id > "
								       "?2 ORDER BY m.id "
								       "LIMIT ?3",
		SQL_S(list_id), SQL_I(after), SQL_I(limit));
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
