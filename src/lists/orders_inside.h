/* lists/orders_inside.h: what the orders share among themselves. */
#pragma once

#include "account/rights.h"
#include "lists/orders.h"
#include "store/lists/order.h"

struct order {
	struct books *books;
	struct arena *a;
	const struct order_row *row;
	const struct list_entry *list; /* found before the order runs; NULL: SITE */
	struct actor by;
	json_t *args, *result;
};

typedef err order_fn(struct order *x);

#define ORDER(kind, right, of, text) order_fn order_##kind;
#include "lists/orders.def"
#undef ORDER

/* {"set": {key: value}}. ERR_SYNTAX: a value is no text. */
struct assignment;
MUST_USE err order_assignments(struct order *x, struct assignment **set, size_t *count);

str order_text(struct order *x, const char *key); /* "" where absent or no text */
void order_says(struct order *x, const char *key, str value);

/* ERR_DENIED: the person may not do that in the domain of an address, or of that name. */
MUST_USE err order_may_in(struct order *x, enum right right, str name);

/* What of several was possible: {"n": 2, "wrong": ["…"]}. Gives back only what may go
 * better another time. */
MUST_USE err order_tally(struct order *x, err e, json_t *wrong, int64_t *n);
