/* store/lists/order.h: what a page asks post or send to do, since web may write no
 * book but this one.
 *
 *     web:   TRY(order_file(b, &o));                -- and wakes post
 *     post:  TRY(order_next(b, a, after, &o, &found));
 *            TRY(order_begin(b, o.id));             -- o.attempts: deaths before
 *            ... does it, then
 *            TRY(order_finish(b, o.id, STR("done"), result));
 *     web:   TRY(order_get(b, a, id, &o));          -- shows the result */
#pragma once

#include "store/store.h"

struct order_row {
	int64_t id;
	str kind;       /* a row of lists/orders.def */
	str args;       /* JSON */
	int64_t person; /* who asks; 0: a guest */
	str client;     /* from where */
	int64_t created_at;
	str state;        /* "" waits; done, refused, failed */
	str result;       /* JSON; for refused and failed the reason in words */
	int64_t attempts; /* begun so often, and neither finished nor put off */
};

MUST_USE err order_file(struct book *b, struct order_row *o); /* sets id */

/* The first that waits with an id larger than after. */
MUST_USE err order_next(struct book *b, struct arena *a, int64_t after,
			struct order_row *o, bool *found);

/* Counts, in the book and before anything is done, that it is begun. */
MUST_USE err order_begin(struct book *b, int64_t id);

/* It goes on waiting, and was not what hindered it. */
MUST_USE err order_put_off(struct book *b, int64_t id);

/* ERR_DENIED: it was finished before. */
MUST_USE err order_finish(struct book *b, int64_t id, str state, str result);

/* ERR_NOTFOUND: unknown or expired. */
MUST_USE err order_get(struct book *b, struct arena *a, int64_t id, struct order_row *o);
MUST_USE err order_count(struct book *b, int64_t *waiting);

/* Forgets finished ones filed before that time. */
MUST_USE err order_expire(struct book *b, int64_t before, int64_t *gone);
