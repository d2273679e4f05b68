/* tests/unit/memberships.h: two lists, and how to look at who is on them. */
#pragma once

#include "letters.h"

#include "lists/member_address.h"
#include "lists/owner.h"
#include "lists/preferences.h"
#include "store/lists/audit.h"

#define DEV "dev@lists.example"
#define OPS "ops@lists.example"

static inline struct member_row row_of(struct books_test *t, const char *list,
				       const char *address)
{
	struct member_row m = { 0 };
	CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, list)->id,
			     str_from(address), &m)));
	return m;
}

static inline bool is_member(struct books_test *t, const char *list, const char *address)
{
	struct member_row m;
	return !member_find(t->books.lists, t->a, books_entry(t, list)->id,
			    str_from(address), &m)
			.kind;
}

static inline struct address_row address_of(struct books_test *t, const char *address)
{
	struct address_row x = { 0 };
	CHECK(ok(address_find(t->books.lists, t->a, str_from(address), &x)));
	return x;
}

static inline bool audited(struct books_test *t, const char *list, const char *what,
			   const char *detail)
{
	struct audit_row *x;
	size_t n;
	CHECK(ok(audit_list(t->books.lists, t->a, books_entry(t, list)->id, 0, 100, &x,
			    &n)));
	for (size_t i = 0; i < n; i++)
		if (str_eq(x[i].what, str_from(what))
		    && str_eq(x[i].detail, str_from(detail)))
			return true;
	return false;
}

enum level { MEMBER, ADDRESS, PERSON };

/* One option at one level, as orders and commands set it. */
static inline void choose(struct books_test *t, enum level at, const char *address,
			  const char *key, const char *value)
{
	struct address_row x = address_of(t, address);
	struct assignment set = { str_from(key), str_from(value) };
	struct preferences_wish wish = { &set, 1, false };
	struct preference p = { .person = at == PERSON ? x.person : 0,
				.address = at == ADDRESS ? x.id : 0 };
	if (at == MEMBER)
		CHECK(ok(member_configure(&t->books, t->a, books_entry(t, DEV),
					  str_from(address), &set, 1, &t->by)));
	else
		CHECK(ok(preferences_change(&t->books, t->a, &p, &wish, &t->by)));
}
