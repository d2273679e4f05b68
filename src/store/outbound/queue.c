#include "store/outbound/queue.h"

#include "store/outbound/ledger.h"
#include "store/outbound/row.h"
#include "store/table.h"

enum { BATCH = 1000 };

/* A filter as SQL: what is 0 or "" does not matter. */
#define FILTER                                                  \
	"(?1 = 0 OR d.id = ?1) AND (?2 = 0 OR d.message = ?2) " \
	"AND (?3 = '' OR d.destination = ?3) AND d.id > ?4 "
#define FILTER_VALUES(f, after) \
	SQL_I((f)->id), SQL_I((f)->message), SQL_S((f)->destination), SQL_I(after)

static void read_queued(struct rows *r, struct arena *a, void *row)
{
	struct queue_row *q = row;
	delivery_read(r, a, &q->delivery);
	q->created_at = rows_i64(r, DELIVERY_COLUMNS);
	q->reverse_path = rows_str(r, a, DELIVERY_COLUMNS + 1);
	q->list = rows_str(r, a, DELIVERY_COLUMNS + 2);
	q->subject = rows_str(r, a, DELIVERY_COLUMNS + 3);
	q->source = rows_str(r, a, DELIVERY_COLUMNS + 4);
	q->frozen = rows_i64(r, DELIVERY_COLUMNS + 5);
	q->inbound = rows_i64(r, DELIVERY_COLUMNS + 6);
}

err queue_list(struct book *b, struct arena *a, const struct queue_filter *f,
	       int64_t after, size_t limit, struct queue_row **rows, size_t *count)
{
	if (f->id && after < f->id - 1)
		after = f->id - 1; /* else the one is looked for among all */
	return TABLE_ALL(b, a, read_queued, rows, count,
			 "SELECT " DELIVERY ", m.created_at, m.reverse_path, m.list, "
			 "m.subject, m.source, m.frozen, m.inbound FROM delivery d "
			 "JOIN message m ON m.id = d.message WHERE " FILTER
			 "ORDER BY d.id LIMIT ?5",
			 FILTER_VALUES(f, after), SQL_I(limit));
}

static void read_id(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(int64_t *)row = rows_i64(r, 0);
}

err queue_messages(struct book *b, struct arena *a, int64_t after, size_t limit,
		   int64_t **ids, size_t *count)
{
	return TABLE_ALL(b, a, read_id, ids, count,
			 "SELECT DISTINCT message FROM delivery WHERE message > ?1 "
			 "ORDER BY message LIMIT ?2",
			 SQL_I(after), SQL_I(limit));
}

static void read_destination(struct rows *r, struct arena *a, void *row)
{
	*(struct queue_destination *)row = (struct queue_destination){
		.name = rows_str(r, a, 0),
		.deliveries = rows_i64(r, 1),
		.held = rows_i64(r, 2),
		.tried = rows_i64(r, 3),
		.oldest = rows_i64(r, 4),
		.first = rows_i64(r, 5),
		.next_at = rows_i64(r, 6),
		.last_reply = rows_str(r, a, 7),
	};
}

/* Of the replies the one whose next attempt is the latest: when each was made is only in
 * the ledger. */
err queue_destinations(struct book *b, struct arena *a, struct queue_destination **d,
		       size_t *count)
{
	return TABLE_ALL(b, a, read_destination, d, count,
			 "SELECT d.destination, count(*), sum(d.held > 0), "
			 "sum(d.attempts > 0), min(m.created_at), min(d.message), "
			 "min(iif(d.held, NULL, nullif(d.next_at, 0))), "
			 "ifnull(substr(max(iif(d.last_reply <> '', "
			 "printf('%012d', d.next_at) || d.last_reply, NULL)), 13), '') "
			 "FROM delivery d JOIN message m ON m.id = d.message "
			 "GROUP BY d.destination ORDER BY count(*) DESC, d.destination");
}

/* What an admin does to each batch of deliveries. */
typedef err queue_act(struct book *b, const struct queue_row *q, const void *arg);

static err act_on(struct book *b, const struct queue_row *q, size_t n, queue_act *act,
		  const void *arg, int64_t *changed)
{
	TRY(book_begin(b));
	err e = OK;
	for (size_t i = 0; i < n && !e.kind; i++) {
		e = act(b, &q[i], arg);
		*changed += book_changes(b) > 0;
	}
	return book_end(b, e);
}

/* Reads a batch, then changes it: what another process ended in between is no longer
 * there to be changed. */
static err for_each(struct book *b, const struct queue_filter *f, queue_act *act,
		    const void *arg, int64_t *changed)
{
	int64_t after = 0, done = 0;
	for (size_t n = BATCH; n == BATCH;) {
		ARENA(a);
		struct queue_row *q;
		TRY(queue_list(b, a, f, after, BATCH, &q, &n));
		if (n)
			TRY(act_on(b, q, n, act, arg, &done));
		after = n ? q[n - 1].delivery.id : after;
	}
	*changed = done;
	return OK;
}

static err hold(struct book *b, const struct queue_row *q, const void *arg)
{
	(void)arg;
	return book_run(b,
			"UPDATE delivery SET held = held | 1 "
			"WHERE id = ?1 AND held & 1 = 0",
			SQL_I(q->delivery.id));
}

static err release(struct book *b, const struct queue_row *q, const void *arg)
{
	(void)arg;
	return book_run(b,
			"UPDATE delivery SET held = held & ~1, next_at = max(next_at, 1) "
			"WHERE id = ?1 AND held & 1",
			SQL_I(q->delivery.id));
}

static err retry(struct book *b, const struct queue_row *q, const void *arg)
{
	(void)arg;
	return book_run(b,
			"UPDATE delivery SET next_at = 1 WHERE id = ?1 AND next_at > 0",
			SQL_I(q->delivery.id));
}

struct removal {
	int64_t at;
	str reason;
};

static err take_away(struct book *b, const struct queue_row *q, const void *arg)
{
	const struct removal *x = arg;
	struct ledger_entry e = {
		.at = x->at,
		.inbound = q->inbound,
		.message = q->delivery.message,
		.recipient = q->delivery.recipient,
		.member = q->delivery.member,
		.what = STR("removed"),
		.detail = x->reason,
	};
	TRY(delivery_done(b, q->delivery.id));
	return book_changes(b) ? ledger_add(b, &e, 1) : OK;
}

err queue_hold(struct book *b, const struct queue_filter *f, int64_t *changed)
{
	return for_each(b, f, hold, NULL, changed);
}

err queue_release(struct book *b, const struct queue_filter *f, int64_t *changed)
{
	return for_each(b, f, release, NULL, changed);
}

err queue_retry(struct book *b, const struct queue_filter *f, int64_t *changed)
{
	return for_each(b, f, retry, NULL, changed);
}

err queue_remove(struct book *b, const struct queue_filter *f, int64_t now_ms, str reason,
		 int64_t *changed)
{
	struct removal x = { now_ms, reason };
	return for_each(b, f, take_away, &x, changed);
}
