#include "store/outbound/ledger.h"

#include "store/outbound/entry.h"
#include "store/table.h"

static err add_one(struct book *b, struct ledger_entry *e)
{
	TRY(TABLE_INSERT(b, &e->id,
			 "INSERT INTO event (at, inbound, message, recipient, member, "
			 "what, detail, class, status, report) "
			 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
			 SQL_I(e->at), SQL_I(e->inbound), SQL_I(e->message),
			 SQL_S(e->recipient), SQL_I(e->member), SQL_S(e->what),
			 SQL_S(e->detail), SQL_S(e->class), SQL_S(e->status),
			 SQL_I(e->report)));
	return e->id % LEDGER_BLOCK ? OK : ledger_seal(b, e->id);
}

/* Those of the n that still belong to the block of the first, *n from then on. */
static err add_run(struct book *b, struct ledger_entry *e, size_t *n)
{
	int64_t before = 0;
	bool found;
	BUF(bytes);
	TRY(book_number(b, &before, &found,
			"SELECT seq FROM sqlite_sequence WHERE name = 'event'"));
	size_t room = LEDGER_BLOCK - (size_t)(before % LEDGER_BLOCK);
	if (*n > room)
		*n = room;
	if (*n == 1)
		return add_one(b, e);
	int64_t last = before + (int64_t)*n;
	run_pack(&bytes, e, *n);
	TRY(book_run(b,
		     "INSERT INTO event (id, at, inbound, message, recipient, what, "
		     "detail, entries, run) VALUES (?1, ?2, ?3, ?4, '', ?5, '', ?6, ?7)",
		     SQL_I(last), SQL_I(e->at), SQL_I(e->inbound), SQL_I(e->message),
		     SQL_S(e->what), SQL_I(*n), SQL_B(buf_str(&bytes))));
	for (size_t i = 0; i < *n; i++)
		e[i].id = before + 1 + (int64_t)i;
	return last % LEDGER_BLOCK ? OK : ledger_seal(b, last);
}

static err add_some(struct book *b, struct ledger_entry *e, size_t *n)
{
	*n = run_length(e, *n);
	return *n == 1 ? add_one(b, e) : add_run(b, e, n);
}

err ledger_add(struct book *b, struct ledger_entry *e, size_t count)
{
	bool mine;
	TRY(book_join(b, &mine));
	err failed = OK;
	for (size_t i = 0, n; i < count && !failed.kind; i += n) {
		n = count - i;
		failed = add_some(b, e + i, &n);
	}
	return book_leave(b, mine, failed);
}

err ledger_get(struct book *b, struct arena *a, int64_t id, struct ledger_entry *e)
{
	struct ledger_entry *next;
	size_t n = 0;
	if (id > 0)
		TRY(ledger_after(b, a, id - 1, 1, &next, &n));
	if (!n || next->id != id)
		return FAIL(ERR_NOTFOUND, "the ledger has no such entry");
	*e = *next;
	return OK;
}

err ledger_after(struct book *b, struct arena *a, int64_t after, size_t limit,
		 struct ledger_entry **e, size_t *count)
{
	return ENTRIES(b, a, e, count, ENTRY_PAGE(after, limit),
		       "SELECT " ENTRY " FROM event e WHERE e.id > ?1 "
		       "ORDER BY e.id LIMIT ?2",
		       SQL_I(after), SQL_I(limit));
}

err ledger_failures(struct book *b, struct arena *a, int64_t after, size_t limit,
		    struct ledger_entry **e, size_t *count)
{
	return ENTRIES(b, a, e, count, ENTRY_PAGE(after, limit),
		       "SELECT " ENTRY " FROM event e WHERE e.class <> '' "
		       "AND e.id > ?1 ORDER BY e.id LIMIT ?2",
		       SQL_I(after), SQL_I(limit));
}

err ledger_by_message(struct book *b, struct arena *a, int64_t message, int64_t after,
		      size_t limit, struct ledger_entry **e, size_t *count)
{
	return ENTRIES(b, a, e, count, ENTRY_PAGE(after, limit),
		       "SELECT " ENTRY " FROM event e WHERE e.message = ?1 "
		       "AND e.message > 0 AND e.id > ?2 ORDER BY e.id LIMIT ?3",
		       SQL_I(message), SQL_I(after), SQL_I(limit));
}

err ledger_by_inbound(struct book *b, struct arena *a, int64_t inbound, int64_t after,
		      size_t limit, struct ledger_entry **e, size_t *count)
{
	return ENTRIES(b, a, e, count, ENTRY_PAGE(after, limit),
		       "SELECT " ENTRY " FROM event e WHERE e.inbound = ?1 "
		       "AND e.message = 0 AND e.id > ?2 "
		       "UNION ALL SELECT " ENTRY " FROM event e WHERE e.message > 0 "
		       "AND e.message IN (SELECT id FROM message WHERE inbound = ?1) "
		       "AND e.id > ?2 ORDER BY 1 LIMIT ?3",
		       SQL_I(inbound), SQL_I(after), SQL_I(limit));
}

err ledger_by_message_id(struct book *b, struct arena *a, str message_id, int64_t after,
			 size_t limit, struct ledger_entry **e, size_t *count)
{
	return ENTRIES(
		b, a, e, count, ENTRY_PAGE(after, limit),
		"SELECT " ENTRY " FROM event e WHERE e.message = 0 AND e.inbound IN "
		"(SELECT inbound FROM arrival WHERE message_id = ?1) AND e.id > ?2 "
		"UNION ALL SELECT " ENTRY " FROM event e WHERE e.message > 0 "
		"AND e.message IN (SELECT id FROM message WHERE message_id = ?1 OR "
		"(inbound > 0 AND inbound IN "
		"(SELECT inbound FROM arrival WHERE message_id = ?1))) "
		"AND e.id > ?2 ORDER BY 1 LIMIT ?3",
		SQL_S(message_id), SQL_I(after), SQL_I(limit));
}

err ledger_kept(struct book *b, struct arena *a, int64_t before, size_t limit,
		struct ledger_entry **e, size_t *count)
{
	return ENTRIES(b, a, e, count, ENTRY_PAGE(0, limit),
		       "SELECT " ENTRY " FROM event e WHERE e.what = 'kept' "
		       "AND e.id < ?1 ORDER BY e.id DESC LIMIT ?2",
		       SQL_I(before ? before : INT64_MAX), SQL_I(limit));
}

err ledger_shadowed(struct book *b, str list, int64_t *messages, int64_t *copies)
{
	struct rows r;
	TRY(book_rows(b, &r, LEDGER_SHADOWED_COUNTS, SQL_S(list)));
	int64_t of = 0, n = 0;
	if (rows_next(&r)) {
		of = rows_i64(&r, 0);
		n = rows_i64(&r, 1);
	}
	TRY(rows_end(&r));
	*messages = of;
	*copies = n;
	return OK;
}

err ledger_not_served(struct book *b, int64_t since, int64_t *arrivals)
{
	bool found;
	return book_number(b, arrivals, &found,
			   "SELECT count(DISTINCT inbound) FROM event "
			   "WHERE what = 'not-served' AND at >= ?1",
			   SQL_I(since));
}

err ledger_has_report(struct book *b, int64_t report, int64_t member, bool *yes)
{
	int64_t one;
	return book_number(b, &one, yes,
			   "SELECT 1 FROM event WHERE report = ?1 AND report > 0 "
			   "AND member = ?2 LIMIT 1",
			   SQL_I(report), SQL_I(member));
}

enum { LAST = 10000 }; /* entries of a recipient that are looked at */

err ledger_delivered_since(struct book *b, struct arena *a, str recipient, int64_t member,
			   int64_t since, bool *yes)
{
	struct ledger_entry *e;
	size_t n;
	TRY(ledger_by_recipient(b, a, recipient, 0, LAST, &e, &n));
	*yes = false;
	for (size_t i = 0; i < n; i++)
		*yes = *yes
		       || (e[i].member == member && e[i].at >= since
			   && str_eq(e[i].what, STR("delivered")));
	return OK;
}

static bool is_own_failure(const struct ledger_entry *e)
{
	return e->class.n && !str_eq(e->what, STR("bounce-named"))
	       && !str_eq(e->what, STR("probe-bounced"));
}

err ledger_failed_before(struct book *b, struct arena *a, const struct ledger_entry *x,
			 int64_t from, int64_t to, bool *yes)
{
	struct ledger_entry *e;
	size_t n;
	TRY(ledger_by_recipient(b, a, x->recipient, 0, LAST, &e, &n));
	*yes = false;
	for (size_t i = 0; i < n; i++)
		*yes = *yes
		       || (e[i].member == x->member
			   && (!x->message || e[i].message != x->message)
			   && e[i].at >= from && e[i].at < to && is_own_failure(&e[i]));
	return OK;
}

err ledger_lost_reports(struct book *b, int64_t since, int64_t *count)
{
	bool found;
	return book_number(b, count, &found,
			   "SELECT count(*) FROM event e JOIN message m "
			   "ON m.id = e.message WHERE e.class <> '' AND e.at >= ?1 "
			   "AND m.kind = 'dsn'",
			   SQL_I(since));
}

err ledger_cursor(struct book *b, str name, int64_t *event)
{
	bool found;
	*event = 0;
	return book_number(b, event, &found, "SELECT event FROM cursor WHERE name = ?1",
			   SQL_S(name));
}

err ledger_set_cursor(struct book *b, str name, int64_t event)
{
	return book_run(b,
			"INSERT INTO cursor (name, event) VALUES (?1, ?2) "
			"ON CONFLICT DO UPDATE SET event = excluded.event",
			SQL_S(name), SQL_I(event));
}

/* Entries are as old as their ids say, near enough: the first young one ends it. A run
 * goes as a whole. */
static err expire(struct book *b, int64_t before, size_t limit, int64_t *gone)
{
	struct rows r;
	TRY(book_rows(b, &r,
		      "DELETE FROM event WHERE at < ?1 AND id <= (SELECT max(id) FROM "
		      "(SELECT id, at, sum(entries) OVER (ORDER BY id) - entries AS "
		      "passed FROM "
		      "(SELECT id, at, entries FROM event ORDER BY id LIMIT ?2)) "
		      "WHERE at < ?1 AND passed < ?2) RETURNING entries",
		      SQL_I(before), SQL_I(limit)));
	int64_t n = 0;
	while (rows_next(&r))
		n += rows_i64(&r, 0);
	TRY(rows_end(&r));
	*gone = n;
	return book_run(
		b, "DELETE FROM event_block WHERE last < (SELECT min(id) FROM event)");
}

err ledger_expire(struct book *b, int64_t before, size_t limit, int64_t *gone)
{
	bool mine;
	int64_t n = 0;
	TRY(book_join(b, &mine));
	TRY(book_leave(b, mine, expire(b, before, limit, &n)));
	*gone = n;
	return OK;
}
