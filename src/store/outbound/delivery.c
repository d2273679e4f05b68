#include "store/outbound/delivery.h"

#include "store/outbound/row.h"
#include "store/table.h"

#include <stdlib.h>

static void read_delivery(struct rows *r, struct arena *a, void *row)
{
	delivery_read(r, a, row);
}

/* One statement for several rows: what AUTOINCREMENT costs each statement costs them once. */
enum { TOGETHER = 10, OF_ALL = 2, OF_EACH = 6 };

#define ROW       "(?1, ?2, ?, ?, ?, ?, ?, ?)"
#define FIVE_ROWS ROW "," ROW "," ROW "," ROW "," ROW
#define ADD                                                                     \
	"INSERT INTO delivery (message, held, destination, recipient, member, " \
	"notify, orcpt, reader) VALUES "

static size_t put_row(struct sql_value *v, const struct delivery *d)
{
	v[0] = SQL_S(d->destination);
	v[1] = SQL_S(d->recipient);
	v[2] = SQL_I(d->member);
	v[3] = SQL_S(d->notify);
	v[4] = SQL_S(d->orcpt);
	v[5] = SQL_S(d->reader);
	return OF_EACH;
}

/* Ids of one statement follow each other. */
static err add_rows(struct book *b, int64_t message, int64_t held, struct delivery *d,
		    size_t n)
{
	struct sql_value v[OF_ALL + TOGETHER * OF_EACH] = { SQL_I(message), SQL_I(held) };
	size_t values = OF_ALL;
	int64_t last;
	for (size_t i = 0; i < n; i++)
		values += put_row(v + values, &d[i]);
	TRY(table_insert(b, &last, n == 1 ? ADD ROW : ADD FIVE_ROWS "," FIVE_ROWS, v,
			 values));
	for (size_t i = 0; i < n; i++)
		d[i].id = last - (int64_t)(n - 1 - i);
	return OK;
}

static err add_all(struct book *b, int64_t message, int64_t held, struct delivery *d,
		   size_t count)
{
	for (size_t i = 0, n; i < count; i += n) {
		n = count - i < TOGETHER ? 1 : TOGETHER;
		TRY(add_rows(b, message, held, d + i, n));
	}
	return OK;
}

err delivery_add(struct book *b, int64_t message, struct delivery *d, size_t count)
{
	bool mine, found;
	int64_t frozen = 0;
	TRY(book_join(b, &mine));
	err e = book_number(b, &frozen, &found,
			    "SELECT frozen FROM message WHERE id = ?1", SQL_I(message));
	if (!e.kind && !found)
		e = FAIL(ERR_NOTFOUND, "there is no such outbound message to deliver");
	if (!e.kind)
		e = add_all(b, message, frozen ? HELD_FROZEN : 0, d, count);
	if (!e.kind)
		e = book_run(b, "UPDATE message SET copies = copies + ?2 WHERE id = ?1",
			     SQL_I(message), SQL_I(count));
	return book_leave(b, mine, e);
}

err delivery_alone(struct book *b, struct outbound_message *m, str body,
		   struct delivery *to)
{
	bool fresh;
	m->size = (int64_t)body.n;
	TRY(outbound_add(b, m, &fresh));
	if (!fresh)
		return OK;
	TRY(outbound_body_write(b, m->id, body));
	TRY(delivery_add(b, m->id, to, 1));
	return outbound_progress(b, m->id, 0, true);
}

/* Rows that are not new are looked at too, so that the cursor passes them once and
 * no query has to skip a great number of them. */
static size_t keep_new(struct delivery *rows, size_t n, int64_t *after)
{
	size_t fresh = 0;
	if (n)
		*after = rows[n - 1].id;
	for (size_t i = 0; i < n; i++)
		if (!rows[i].next_at && !rows[i].held)
			rows[fresh++] = rows[i];
	return fresh;
}

err delivery_claim(struct book *b, struct arena *a, int64_t *after, size_t limit,
		   struct delivery **d, size_t *count)
{
	size_t n;
	TRY(TABLE_ALL(b, a, read_delivery, d, &n,
		      "SELECT " DELIVERY " FROM delivery d WHERE d.id > ?1 "
		      "ORDER BY d.id LIMIT ?2",
		      SQL_I(*after), SQL_I(limit)));
	*count = keep_new(*d, n, after);
	return OK;
}

err delivery_claim_new(struct book *b, struct arena *a, int64_t message, int64_t *after,
		       size_t limit, struct delivery **d, size_t *count)
{
	size_t n;
	TRY(TABLE_ALL(b, a, read_delivery, d, &n,
		      "SELECT " DELIVERY " FROM delivery d WHERE d.message = ?1 AND "
		      "d.id > ?2 ORDER BY d.id LIMIT ?3",
		      SQL_I(message), SQL_I(*after), SQL_I(limit)));
	*count = keep_new(*d, n, after);
	return OK;
}

/* Along the ids, without an index: what stands between them is mostly gone by then. */
err delivery_claim_of(struct book *b, struct arena *a, int64_t message, str destination,
		      int64_t *after, int64_t upto, size_t limit, struct delivery **d,
		      size_t *count)
{
	TRY(TABLE_ALL(
		b, a, read_delivery, d, count,
		"SELECT " DELIVERY
		" FROM delivery d WHERE d.message = ?1 AND d.id > ?2 AND d.id <= ?3 "
		"AND d.destination = ?4 AND d.next_at = 0 AND d.held = 0 "
		"ORDER BY d.id LIMIT ?5",
		SQL_I(message), SQL_I(*after), SQL_I(upto), SQL_S(destination),
		SQL_I(limit)));
	if (*count)
		*after = (*d)[*count - 1].id;
	return OK;
}

err delivery_due(struct book *b, struct arena *a, int64_t now, size_t limit,
		 struct delivery **d, size_t *count)
{
	return TABLE_ALL(b, a, read_delivery, d, count,
			 "SELECT " DELIVERY " FROM delivery d WHERE d.next_at > 0 "
			 "AND d.held = 0 AND d.next_at <= ?1 ORDER BY d.next_at LIMIT ?2",
			 SQL_I(now), SQL_I(limit));
}

/* Of the same second first: thousands may share it, and only so the index leads to the
 * place among them. */
err delivery_due_after(struct book *b, struct arena *a, int64_t now, int64_t *at,
		       int64_t *id, size_t limit, struct delivery **d, size_t *count)
{
	TRY(TABLE_ALL(b, a, read_delivery, d, count,
		      "SELECT " DELIVERY " FROM delivery d WHERE d.next_at > 0 "
		      "AND d.held = 0 AND d.next_at = ?1 AND d.next_at <= ?2 "
		      "AND d.id > ?3 ORDER BY d.id LIMIT ?4",
		      SQL_I(*at), SQL_I(now), SQL_I(*id), SQL_I(limit)));
	if (!*count)
		TRY(TABLE_ALL(b, a, read_delivery, d, count,
			      "SELECT " DELIVERY " FROM delivery d WHERE d.next_at > 0 "
			      "AND d.held = 0 AND d.next_at > ?1 AND d.next_at <= ?2 "
			      "ORDER BY d.next_at, d.id LIMIT ?3",
			      SQL_I(*at), SQL_I(now), SQL_I(limit)));
	if (*count) {
		*at = (*d)[*count - 1].next_at;
		*id = (*d)[*count - 1].id;
	}
	return OK;
}

err delivery_next_at(struct book *b, int64_t *at)
{
	bool found;
	*at = 0;
	return book_number(b, at, &found,
			   "SELECT next_at FROM delivery WHERE next_at > 0 AND held = 0 "
			   "ORDER BY next_at LIMIT 1");
}

err delivery_done(struct book *b, int64_t id)
{
	return book_run(b, "DELETE FROM delivery WHERE id = ?1", SQL_I(id));
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

/* What was claimed in a row is mostly over together: a run of ids is one statement. */
err delivery_done_all(struct book *b, int64_t *ids, size_t count)
{
	if (count)
		qsort(ids, count, sizeof *ids, by_id);
	for (size_t i = 0, end; i < count; i = end) {
		for (end = i + 1; end < count && ids[end] - ids[end - 1] <= 1;)
			end++;
		TRY(book_run(b, "DELETE FROM delivery WHERE id BETWEEN ?1 AND ?2",
			     SQL_I(ids[i]), SQL_I(ids[end - 1])));
	}
	return OK;
}

err delivery_later(struct book *b, int64_t id, int64_t attempts, int64_t next_at,
		   str reply)
{
	return book_run(b,
			"UPDATE delivery SET attempts = ?2, next_at = max(?3, 1), "
			"last_reply = ?4 WHERE id = ?1",
			SQL_I(id), SQL_I(attempts), SQL_I(next_at), SQL_S(reply));
}

err delivery_warned(struct book *b, int64_t id)
{
	return book_run(b, "UPDATE delivery SET warned = 1 WHERE id = ?1", SQL_I(id));
}

err delivery_get(struct book *b, struct arena *a, int64_t id, struct delivery *d)
{
	return TABLE_ONE(b, a, read_delivery, d, "there is no such delivery (any more)",
			 "SELECT " DELIVERY " FROM delivery d WHERE d.id = ?1",
			 SQL_I(id));
}

err delivery_count(struct book *b, int64_t *count)
{
	bool found;
	return book_number(b, count, &found, "SELECT count(*) FROM delivery");
}

err delivery_left(struct book *b, int64_t message, int64_t *count)
{
	bool found;
	return book_number(b, count, &found,
			   "SELECT count(*) FROM delivery WHERE message = ?1",
			   SQL_I(message));
}
