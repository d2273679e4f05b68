/* lists/orders.h: what pages want done. web files an order in the lists book and
 * wakes post; post runs it and writes what came of it; web shows that. The kinds
 * are one table, orders.def. */
#pragma once

#include "account/rights.h"
#include "lists/books.h"

#include <jansson.h>

/* Runs every waiting order, oldest first; *ran counts them. One on which the process died
 * three times ends failed, as order-deadly. */
MUST_USE err orders_run(struct books *books, struct arena *a, size_t *ran);

/* Which right an order of that kind asks for. False: there is no such kind. */
bool order_right(const char *kind, enum right *right);

/* The other side, for pages: files one and gives its number. */
MUST_USE err order_put(struct book *lists, struct arena *a, const char *kind,
		       json_t *args, int64_t person, str client, int64_t *id);
