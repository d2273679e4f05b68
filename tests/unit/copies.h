/* tests/unit/copies.h: who gets a copy, asked anew: what was queued goes, and a member takes an
 * option.
 *
 *     option(t, DEV, "anna@uni.example", "delivery", "off");
 */
#pragma once

#include "books.h"

#include "lists/members.h"

static inline void clear(struct books_test *t)
{
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
	BOOKS_MUST(t, book_run(t->books.outbound, "UPDATE message SET complete = 1"));
}

static inline void option(struct books_test *t, const char *list, const char *address,
			  const char *key, const char *value)
{
	struct member_row m;
	BOOKS_MUST(t, member_find(t->books.lists, t->a, books_entry(t, list)->id,
				  str_from(address), &m));
	BOOKS_MUST(t,
		   member_option(t->a, &m, str_from(key), str_from(value), STR("user")));
	BOOKS_MUST(t, member_change(t->books.lists, &m));
}
