#include "store/foreign/mailman3.h"

#include "store/foreign/foreign.h"
#include "store/sqlite.h"
#include "store/table.h"

enum { COLUMNS = 400 };

err mailman3_open(struct arena *a, const char *path, struct book **b)
{
	static const char *const tables[] = {
		"mailinglist", "member",         "address",
		"user",        "preferences",    "ban",
		"headermatch", "contentfilter",  "acceptablealias",
		"pended",      "pendedkeyvalue", "_request",
		"message",     "template",       "autoresponserecord",
		"domain",      "domain_owner",
	};
	return foreign_open(a, path, tables, sizeof tables / sizeof *tables, b);
}

static void read_list(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_list *)row = (struct mailman3_list){
		.id = rows_i64(r, 0),
		.list_id = rows_str(r, a, 1),
		.name = rows_str(r, a, 2),
		.host = rows_str(r, a, 3),
	};
}

err mailman3_lists(struct book *b, struct arena *a, struct mailman3_list **list,
		   size_t *count)
{
	return TABLE_ALL(b, a, read_list, list, count,
			 "SELECT id, list_id, list_name, mail_host FROM mailinglist "
			 "ORDER BY list_id LIMIT ?1",
			 SQL_I(FOREIGN_ROWS));
}

/* Mailman's own types are SQLite's: a column of any other kind is text. */
static struct mailman3_value value_of(struct rows *r, struct arena *a, int column)
{
	struct mailman3_value v = {
		.name = arena_copy(a, str_from(sqlite3_column_name(r->statement, column)))
	};
	switch (sqlite3_column_type(r->statement, column)) {
	case SQLITE_INTEGER:
		v.type = MAILMAN3_NUMBER;
		v.number = rows_i64(r, column);
		break;
	case SQLITE_FLOAT:
		v.type = MAILMAN3_REAL;
		v.real = rows_real(r, column);
		break;
	case SQLITE_NULL:
		break;
	default:
		v.type = sqlite3_column_type(r->statement, column) == SQLITE_BLOB
				 ? MAILMAN3_BLOB
				 : MAILMAN3_TEXT;
		v.text = rows_str(r, a, column);
	}
	return v;
}

err mailman3_attributes(struct book *b, struct arena *a, int64_t id,
			struct mailman3_value **value, size_t *count)
{
	struct rows r;
	struct mailman3_value *v = NULL;
	int n = 0;
	TRY(book_rows(b, &r, "SELECT * FROM mailinglist WHERE id = ?1", SQL_I(id)));
	if (rows_next(&r)) {
		n = sqlite3_column_count(r.statement);
		n = n < COLUMNS ? n : COLUMNS;
		v = arena_zero(a, (size_t)n * sizeof *v);
		for (int i = 0; i < n; i++)
			v[i] = value_of(&r, a, i);
	}
	TRY(rows_end(&r));
	*value = v;
	*count = (size_t)n;
	return OK;
}

static void read_line(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_line *)row = (struct mailman3_line){
		.type = rows_i64(r, 0),
		.text = rows_str(r, a, 1),
	};
}

err mailman3_aliases(struct book *b, struct arena *a, int64_t id,
		     struct mailman3_line **line, size_t *count)
{
	return TABLE_ALL(b, a, read_line, line, count,
			 "SELECT 0, alias FROM acceptablealias WHERE mailing_list_id = "
			 "?1 ORDER BY id LIMIT ?2",
			 SQL_I(id), SQL_I(FOREIGN_ROWS));
}

err mailman3_filters(struct book *b, struct arena *a, int64_t id,
		     struct mailman3_line **line, size_t *count)
{
	return TABLE_ALL(b, a, read_line, line, count,
			 "SELECT filter_type, filter_pattern FROM contentfilter WHERE "
			 "mailing_list_id = ?1 ORDER BY id LIMIT ?2",
			 SQL_I(id), SQL_I(FOREIGN_ROWS));
}

err mailman3_bans(struct book *b, struct arena *a, str list_id,
		  struct mailman3_line **line, size_t *count)
{
	return TABLE_ALL(b, a, read_line, line, count,
			 "SELECT 0, email FROM ban WHERE list_id = ?1 ORDER BY id LIMIT "
			 "?2",
			 SQL_S(list_id), SQL_I(FOREIGN_ROWS));
}

err mailman3_site_bans(struct book *b, struct arena *a, struct mailman3_line **line,
		       size_t *count)
{
	return TABLE_ALL(b, a, read_line, line, count,
			 "SELECT 0, email FROM ban WHERE list_id IS NULL ORDER BY id "
			 "LIMIT ?1",
			 SQL_I(FOREIGN_ROWS));
}

static void read_match(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_match *)row = (struct mailman3_match){
		.header = rows_str(r, a, 0),
		.pattern = rows_str(r, a, 1),
		.chain = rows_str(r, a, 2),
	};
}

err mailman3_matches(struct book *b, struct arena *a, int64_t id,
		     struct mailman3_match **match, size_t *count)
{
	return TABLE_ALL(b, a, read_match, match, count,
			 "SELECT header, pattern, coalesce(chain, '') FROM headermatch "
			 "WHERE mailing_list_id = ?1 ORDER BY position, id LIMIT ?2",
			 SQL_I(id), SQL_I(FOREIGN_ROWS));
}

static void read_pair(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_pair *)row = (struct mailman3_pair){
		.key = rows_str(r, a, 0),
		.value = rows_str(r, a, 1),
	};
}

err mailman3_templates(struct book *b, struct arena *a, str list_id,
		       struct mailman3_pair **name_and_uri, size_t *count)
{
	return TABLE_ALL(b, a, read_pair, name_and_uri, count,
			 "SELECT name, uri FROM template WHERE context = ?1 ORDER BY id "
			 "LIMIT ?2",
			 SQL_S(list_id), SQL_I(FOREIGN_ROWS));
}

static void read_answer(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_answer *)row = (struct mailman3_answer){
		.email = rows_str(r, a, 0),
		.kind = rows_i64(r, 1),
		.day = rows_i64(r, 2),
		.times = rows_i64(r, 3),
	};
}

err mailman3_answers(struct book *b, struct arena *a, int64_t id,
		     struct mailman3_answer **r, size_t *count)
{
	return TABLE_ALL(b, a, read_answer, r, count,
			 "WITH x AS (SELECT d.email AS email, r.response_type AS kind, "
			 "CAST(strftime('%s', r.date_sent) AS INTEGER) / 86400 AS day "
			 "FROM autoresponserecord r JOIN address d ON d.id = "
			 "r.address_id WHERE r.mailing_list_id = ?1), y AS (SELECT "
			 "email, kind, max(day) AS day FROM x GROUP BY email, kind) "
			 "SELECT y.email, y.kind, y.day, count(*) FROM y JOIN x ON "
			 "x.email = y.email AND x.kind = y.kind AND x.day = y.day GROUP "
			 "BY y.email, y.kind ORDER BY y.email, y.kind LIMIT ?2",
			 SQL_I(id), SQL_I(FOREIGN_ROWS));
}

/* ---- what waits */

static void read_held(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_held *)row = (struct mailman3_held){
		.id = rows_i64(r, 0),
		.message_id = rows_str(r, a, 1),
		.token = rows_str(r, a, 2),
		.path = rows_str(r, a, 3),
	};
}

err mailman3_held_posts(struct book *b, struct arena *a, int64_t id,
			struct mailman3_held **h, size_t *count)
{
	return TABLE_ALL(b, a, read_held, h, count,
			 "SELECT r.id, r.key, coalesce(r.data_hash, ''), "
			 "coalesce((SELECT m.path FROM message m WHERE m.message_id = "
			 "r.key LIMIT 1), '') FROM _request r WHERE r.mailing_list_id = "
			 "?1 AND r.request_type = 1 ORDER BY r.id LIMIT ?2",
			 SQL_I(id), SQL_I(FOREIGN_ROWS));
}

static void read_pended(struct rows *r, struct arena *a, void *row)
{
	*(struct mailman3_pended *)row = (struct mailman3_pended){
		.id = rows_i64(r, 0),
		.token = rows_str(r, a, 1),
		.expires_at = rows_i64(r, 2),
	};
}

/* Values are JSON, so that a list's id stands there in quotes. */
err mailman3_pended(struct book *b, struct arena *a, str list_id,
		    struct mailman3_pended **p, size_t *count)
{
	return TABLE_ALL(b, a, read_pended, p, count,
			 "SELECT p.id, p.token, coalesce(strftime('%s', "
			 "p.expiration_date), 0) FROM pended p WHERE EXISTS (SELECT 1 "
			 "FROM pendedkeyvalue k WHERE k.pended_id = p.id AND k.key = "
			 "'list_id' AND k.value IN (?1, '\"' || ?1 || '\"')) ORDER BY "
			 "p.id LIMIT ?2",
			 SQL_S(list_id), SQL_I(FOREIGN_ROWS));
}

err mailman3_pairs(struct book *b, struct arena *a, int64_t pended,
		   struct mailman3_pair **pair, size_t *count)
{
	return TABLE_ALL(b, a, read_pair, pair, count,
			 "SELECT key, coalesce(value, '') FROM pendedkeyvalue WHERE "
			 "pended_id = ?1 ORDER BY id LIMIT 1000",
			 SQL_I(pended));
}

err mailman3_pairs_of_token(struct book *b, struct arena *a, str token,
			    struct mailman3_pair **pair, size_t *count)
{
	return TABLE_ALL(b, a, read_pair, pair, count,
			 "SELECT k.key, coalesce(k.value, '') FROM pended p JOIN "
			 "pendedkeyvalue k ON k.pended_id = p.id WHERE p.token = ?1 "
			 "ORDER BY k.id LIMIT 1000",
			 SQL_S(token));
}
