#include "store/lists/session.h"

#include "store/lists/secret.h"
#include "store/table.h"

#define SESSION                                                                  \
	"SELECT person, created_at, seen_at, expires_at, client, agent, token, " \
	"proven_at FROM session "

static void read_session(struct rows *r, struct arena *a, void *row)
{
	*(struct session_row *)row = (struct session_row){
		.person = rows_i64(r, 0),
		.created_at = rows_i64(r, 1),
		.seen_at = rows_i64(r, 2),
		.expires_at = rows_i64(r, 3),
		.client = rows_str(r, a, 4),
		.agent = rows_str(r, a, 5),
		.hash = rows_str(r, a, 6),
		.proven_at = rows_i64(r, 7),
	};
}

err session_add(struct book *b, str cookie, const struct session_row *s)
{
	struct secret hash = secret_of(cookie);
	return book_run(
		b,
		"INSERT INTO session (token, person, created_at, seen_at, expires_at, "
		"client, agent, proven_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		SQL_B(secret_str(&hash)), SQL_I(s->person), SQL_I(s->created_at),
		SQL_I(s->seen_at), SQL_I(s->expires_at), SQL_S(s->client),
		SQL_S(s->agent), SQL_I(s->proven_at));
}

err session_find(struct book *b, struct arena *a, str cookie, int64_t now,
		 struct session_row *s)
{
	struct secret hash = secret_of(cookie);
	return TABLE_ONE(b, a, read_session, s, "not signed in",
			 SESSION "WHERE token = ?1 AND expires_at > ?2",
			 SQL_B(secret_str(&hash)), SQL_I(now));
}

err session_touch(struct book *b, str cookie, int64_t now, int64_t expires_at)
{
	struct secret hash = secret_of(cookie);
	return book_run(
		b, "UPDATE session SET seen_at = ?2, expires_at = ?3 WHERE token = ?1",
		SQL_B(secret_str(&hash)), SQL_I(now), SQL_I(expires_at));
}

err session_prove(struct book *b, str cookie, int64_t now)
{
	struct secret hash = secret_of(cookie);
	return book_run(b, "UPDATE session SET proven_at = ?2 WHERE token = ?1",
			SQL_B(secret_str(&hash)), SQL_I(now));
}

err session_remove(struct book *b, str cookie)
{
	struct secret hash = secret_of(cookie);
	return book_run(b, "DELETE FROM session WHERE token = ?1",
			SQL_B(secret_str(&hash)));
}

err session_remove_hash(struct book *b, int64_t person, str hash)
{
	return TABLE_MUST(b, "no such browser is signed in",
			  "DELETE FROM session WHERE token = ?1 AND person = ?2",
			  SQL_B(hash), SQL_I(person));
}

err session_remove_person(struct book *b, int64_t person, str but)
{
	struct secret hash = secret_of(but);
	return book_run(b, "DELETE FROM session WHERE person = ?1 AND token IS NOT ?2",
			SQL_I(person), but.n ? SQL_B(secret_str(&hash)) : SQL_N());
}

err session_list(struct book *b, struct arena *a, int64_t person, struct session_row **s,
		 size_t *count)
{
	return TABLE_ALL(b, a, read_session, s, count,
			 SESSION "WHERE person = ?1 ORDER BY seen_at DESC",
			 SQL_I(person));
}

err session_expire(struct book *b, int64_t now, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM session WHERE expires_at <= ?1",
			    SQL_I(now));
}
