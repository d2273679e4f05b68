/* tests/unit/orders_api.h: orders of the administrator, one after the other.
 *
 *     struct books_test t = orders_api_books(a);
 *     struct order_row row = run(&t, "list_create", json_pack(...));
 *     CHECK(is(&row, "done", "id"));
 */
#pragma once

#include "letters.h"

#include "lists/orders.h"
#include "store/lists/order.h"

#define DEV "dev@lists.example"

static int64_t boss; /* the administrator */

/* Runs one order of the administrator's; args is taken. */
static inline struct order_row run(struct books_test *t, const char *kind, json_t *args)
{
	struct order_row row;
	int64_t id;
	size_t ran;
	BOOKS_MUST(t, order_put(t->books.lists, t->a, kind, args, boss, STR("192.0.2.9"),
				&id));
	json_decref(args);
	BOOKS_MUST(t, orders_run(&t->books, t->a, &ran));
	BOOKS_MUST(t, order_get(t->books.lists, t->a, id, &row));
	BOOKS_MUST(t, books_refresh(&t->books));
	return row;
}

static inline bool is(const struct order_row *row, const char *state, const char *part)
{
	bool fits = str_eq(row->state, str_from(state))
		    && (!*part || holds(row->result, part));
	if (!fits)
		fprintf(stderr, "  %.*s: %.*s %.*s\n", STR_F(row->kind),
			STR_F(row->state), STR_F(row->result));
	return fits;
}

/* With that administrator, and one list. */
static inline struct books_test orders_api_books(struct arena *a)
{
	struct books_test t = books_make(a);
	struct person_row p;
	books_list(&t, DEV);
	boss = books_person(&t, "boss@uni.example");
	BOOKS_MUST(&t, person_get(t.books.lists, a, boss, &p));
	p.admin = true;
	BOOKS_MUST(&t, person_change(t.books.lists, &p));
	return t;
}
