/* tests/unit/joiners.h: who comes to a list: whether they are in, wait, or press a letter's button. */
#pragma once

#include "letters.h"

#include "lists/press.h"
#include "store/lists/request.h"

#define DEV "dev@lists.example"

enum { DAY = 86400 };

static const struct press BUTTON = { .choice = { "", 0 }, .reason = { "", 0 } };
static int serial;

static inline const char *fresh(struct books_test *t)
{
	return arena_z(t->a, arena_printf(t->a, "p%d@uni.example", ++serial));
}

static inline bool find(struct books_test *t, const char *address, struct member_row *m)
{
	return !member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			    str_from(address), m)
			.kind;
}

static inline bool is_member(struct books_test *t, const char *address)
{
	struct member_row m;
	return find(t, address, &m);
}

static inline bool waits(struct books_test *t, const char *address, bool leaves)
{
	struct request_row *r;
	size_t n, found = 0;
	CHECK(ok(request_list(t->books.lists, t->a, books_entry(t, DEV)->id, &r, &n)));
	for (size_t i = 0; i < n; i++)
		found += str_eq(r[i].address, str_from(address)) && r[i].leaves == leaves;
	return found == 1;
}

static inline bool press(struct books_test *t, const char *address)
{
	struct pressed done;
	str token = letter_token(letter_to(t, address, "/confirm/"));
	return token.n && ok(confirm_press(&t->books, t->a, token, &BUTTON, &done));
}
