#include "store/outbound/tls_tally.h"

#include "store/table.h"

err tls_tally_add(struct book *b, const struct tls_tally_row *row)
{
	return book_run(
		b,
		"INSERT INTO tls_tally (day, domain, type, policy, result, mx, "
		"from_ip, to_ip, reason, sessions) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
		"ON CONFLICT DO UPDATE SET sessions = sessions + excluded.sessions",
		SQL_I(row->day), SQL_S(row->domain), SQL_S(row->type), SQL_S(row->policy),
		SQL_S(row->result), SQL_S(row->mx), SQL_S(row->from), SQL_S(row->to),
		SQL_S(row->reason), SQL_I(row->sessions));
}

static void read_name(struct rows *r, struct arena *a, void *row)
{
	*(struct tls_tally_row *)row = (struct tls_tally_row){
		.day = rows_i64(r, 0), .domain = rows_str(r, a, 1)
	};
}

err tls_tally_next(struct book *b, struct arena *a, int64_t before, int64_t *day,
		   str *domain)
{
	struct tls_tally_row row;
	TRY(TABLE_ONE(b, a, read_name, &row, "no more tallies of TLS",
		      "SELECT day, domain FROM tls_tally WHERE (day, domain) > (?1, ?2) "
		      "AND day < ?3 ORDER BY day, domain LIMIT 1",
		      SQL_I(*day), SQL_S(*domain), SQL_I(before)));
	*day = row.day;
	*domain = row.domain;
	return OK;
}

static void read_row(struct rows *r, struct arena *a, void *row)
{
	*(struct tls_tally_row *)row = (struct tls_tally_row){
		.day = rows_i64(r, 0),
		.domain = rows_str(r, a, 1),
		.type = rows_str(r, a, 2),
		.policy = rows_str(r, a, 3),
		.result = rows_str(r, a, 4),
		.mx = rows_str(r, a, 5),
		.from = rows_str(r, a, 6),
		.to = rows_str(r, a, 7),
		.reason = rows_str(r, a, 8),
		.sessions = rows_i64(r, 9),
	};
}

err tls_tally_of(struct book *b, struct arena *a, int64_t day, str domain, size_t limit,
		 struct tls_tally_row **rows, size_t *count)
{
	return TABLE_ALL(b, a, read_row, rows, count,
			 "SELECT day, domain, type, policy, result, mx, from_ip, to_ip, "
			 "reason, sessions FROM tls_tally WHERE day = ?1 AND domain = ?2 "
			 "ORDER BY type, policy, result, mx, from_ip, to_ip, reason "
			 "LIMIT ?3",
			 SQL_I(day), SQL_S(domain), SQL_I(limit));
}

err tls_tally_done(struct book *b, int64_t day, str domain)
{
	return book_run(b, "DELETE FROM tls_tally WHERE day = ?1 AND domain = ?2",
			SQL_I(day), SQL_S(domain));
}

err tls_tally_expire(struct book *b, int64_t before_day, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM tls_tally WHERE day < ?1",
			    SQL_I(before_day));
}
