#include "store/outbound/dmarc_tally.h"

#include "store/table.h"

#define KIND                                                                \
	"source_ip, disposition, dkim, spf, reason, comment, header_from, " \
	"envelope_from, spf_domain, spf_result, signatures"
#define KIND_VALUES(x)                                                    \
	SQL_S((x)->source_ip), SQL_S((x)->disposition), SQL_S((x)->dkim), \
		SQL_S((x)->spf), SQL_S((x)->reason), SQL_S((x)->comment), \
		SQL_S((x)->header_from), SQL_S((x)->envelope_from),       \
		SQL_S((x)->spf_domain), SQL_S((x)->spf_result), SQL_S((x)->signatures)

/* --- adding */

static void read_two(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	((struct dmarc_room *)row)->domains = rows_i64(r, 0);
	((struct dmarc_room *)row)->rows = rows_i64(r, 1);
}

static err look_for_room(struct book *b, int64_t day, struct dmarc_room *room)
{
	struct dmarc_room found = { .day = day };
	if (room->day == day)
		return OK;
	TRY(TABLE_ONE(b, NULL, read_two, &found, "",
		      "SELECT count(*), ifnull(sum(kinds), 0) FROM dmarc_domain "
		      "WHERE day = ?1",
		      SQL_I(day)));
	*room = found;
	return OK;
}

/* *there: it has a row now. */
static err add_domain(struct book *b, const struct dmarc_seen *x, struct dmarc_room *room,
		      bool *there)
{
	int64_t changed, others = 0;
	bool found;
	TRY(TABLE_CHANGE(b, &changed,
			 "UPDATE dmarc_domain SET record = ?3 "
			 "WHERE day = ?1 AND domain = ?2",
			 SQL_I(x->day), SQL_S(x->domain), SQL_S(x->record)));
	*there = changed;
	if (changed || room->domains >= DMARC_DOMAINS)
		return OK;
	TRY(book_number(b, &others, &found,
			"SELECT count(*) FROM dmarc_domain "
			"WHERE day = ?1 AND registrant = ?2",
			SQL_I(x->day), SQL_S(x->registrant)));
	if (others >= DMARC_REGISTRANT)
		return OK;
	TRY(book_run(b,
		     "INSERT INTO dmarc_domain (day, domain, registrant, record, kinds, "
		     "unlisted) VALUES (?1, ?2, ?3, ?4, 0, 0)",
		     SQL_I(x->day), SQL_S(x->domain), SQL_S(x->registrant),
		     SQL_S(x->record)));
	room->domains++;
	*there = true;
	return OK;
}

static err add_kind(struct book *b, const struct dmarc_seen *x, struct dmarc_room *room)
{
	int64_t changed = 0;
	if (room->rows < DMARC_ROWS)
		TRY(TABLE_CHANGE(b, &changed,
				 "UPDATE dmarc_domain SET kinds = kinds + 1 "
				 "WHERE day = ?1 AND domain = ?2 AND kinds < ?3",
				 SQL_I(x->day), SQL_S(x->domain), SQL_I(DMARC_KINDS)));
	if (!changed)
		return book_run(b,
				"UPDATE dmarc_domain SET unlisted = unlisted + ?3 "
				"WHERE day = ?1 AND domain = ?2",
				SQL_I(x->day), SQL_S(x->domain), SQL_I(x->messages));
	room->rows++;
	return book_run(b,
			"INSERT INTO dmarc_tally (day, domain, " KIND ", messages) "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
			"?14)",
			SQL_I(x->day), SQL_S(x->domain), KIND_VALUES(x),
			SQL_I(x->messages));
}

err dmarc_tally_add(struct book *b, const struct dmarc_seen *x, struct dmarc_room *room)
{
	bool there;
	int64_t changed;
	TRY(look_for_room(b, x->day, room));
	TRY(add_domain(b, x, room, &there));
	if (!there)
		return OK;
	TRY(TABLE_CHANGE(
		b, &changed,
		"UPDATE dmarc_tally SET messages = messages + ?14 WHERE day = ?1 "
		"AND domain = ?2 AND source_ip = ?3 AND disposition = ?4 "
		"AND dkim = ?5 AND spf = ?6 AND reason = ?7 AND comment = ?8 "
		"AND header_from = ?9 AND envelope_from = ?10 "
		"AND spf_domain = ?11 AND spf_result = ?12 AND signatures = ?13",
		SQL_I(x->day), SQL_S(x->domain), KIND_VALUES(x), SQL_I(x->messages)));
	return changed ? OK : add_kind(b, x, room);
}

/* --- reporting */

static void read_domain(struct rows *r, struct arena *a, void *row)
{
	*(struct dmarc_domain *)row = (struct dmarc_domain){ .day = rows_i64(r, 0),
							     .domain = rows_str(r, a, 1),
							     .record = rows_str(r, a, 2),
							     .unlisted = rows_i64(r, 3) };
}

err dmarc_tally_next(struct book *b, struct arena *a, int64_t before,
		     struct dmarc_domain *d)
{
	return TABLE_ONE(b, a, read_domain, d, "no more tallies of DMARC",
			 "SELECT day, domain, record, unlisted FROM dmarc_domain "
			 "WHERE (day, domain) > (?1, ?2) AND day < ?3 "
			 "ORDER BY day, domain LIMIT 1",
			 SQL_I(d->day), SQL_S(d->domain), SQL_I(before));
}

static void read_kind(struct rows *r, struct arena *a, void *row)
{
	*(struct dmarc_seen *)row = (struct dmarc_seen){
		.source_ip = rows_str(r, a, 0),
		.disposition = rows_str(r, a, 1),
		.dkim = rows_str(r, a, 2),
		.spf = rows_str(r, a, 3),
		.reason = rows_str(r, a, 4),
		.comment = rows_str(r, a, 5),
		.header_from = rows_str(r, a, 6),
		.envelope_from = rows_str(r, a, 7),
		.spf_domain = rows_str(r, a, 8),
		.spf_result = rows_str(r, a, 9),
		.signatures = rows_str(r, a, 10),
		.messages = rows_i64(r, 11),
	};
}

err dmarc_tally_of(struct book *b, struct arena *a, int64_t day, str domain,
		   struct dmarc_seen **x, size_t *count)
{
	return TABLE_ALL(b, a, read_kind, x, count,
			 "SELECT " KIND ", messages FROM dmarc_tally "
			 "WHERE day = ?1 AND domain = ?2 ORDER BY " KIND,
			 SQL_I(day), SQL_S(domain));
}

static err done(struct book *b, int64_t day, str domain)
{
	TRY(book_run(b, "DELETE FROM dmarc_tally WHERE day = ?1 AND domain = ?2",
		     SQL_I(day), SQL_S(domain)));
	return book_run(b, "DELETE FROM dmarc_domain WHERE day = ?1 AND domain = ?2",
			SQL_I(day), SQL_S(domain));
}

err dmarc_tally_done(struct book *b, int64_t day, str domain)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, done(b, day, domain));
}

static err expire(struct book *b, int64_t before_day, int64_t *gone)
{
	TRY(book_run(b, "DELETE FROM dmarc_tally WHERE day < ?1", SQL_I(before_day)));
	return TABLE_CHANGE(b, gone, "DELETE FROM dmarc_domain WHERE day < ?1",
			    SQL_I(before_day));
}

err dmarc_tally_expire(struct book *b, int64_t before_day, int64_t *gone)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, expire(b, before_day, gone));
}
