/* Orders of people of every kind on two lists, for the tests that file some. */
#pragma once

#include "letters.h"

#include "lists/orders.h"
#include "store/lists/order.h"

#define DEV "dev@lists.example"

struct somebody {
	const char *name;
	int64_t person;
};

enum {
	GUEST,
	SIGNED_IN,
	MEMBER,
	MODERATOR,
	OWNER,
	ADMIN,
	OTHER_MODERATOR,
	OTHER_OWNER,
	WHO
};

static struct somebody people[WHO];

#define OTHER "other@lists.example"

/* Runs one order as that person. args is taken; the result lives in *row. */
static void run(struct books_test *t, const char *kind, json_t *args, int64_t person,
		struct order_row *row)
{
	int64_t id;
	size_t ran;
	BOOKS_MUST(t, order_put(t->books.lists, t->a, kind, args, person,
				STR("192.0.2.9"), &id));
	json_decref(args);
	BOOKS_MUST(t, orders_run(&t->books, t->a, &ran));
	CHECK(ran == 1);
	BOOKS_MUST(t, order_get(t->books.lists, t->a, id, row));
}

static inline bool done(const struct order_row *row)
{
	if (!str_eq(row->state, STR("done")))
		fprintf(stderr, "  %.*s: %.*s %.*s\n", STR_F(row->kind),
			STR_F(row->state), STR_F(row->result));
	return str_eq(row->state, STR("done"));
}

static inline bool refused(const struct order_row *row, const char *part)
{
	bool fits = str_eq(row->state, STR("refused")) && holds(row->result, part);
	if (!fits)
		fprintf(stderr, "  %.*s: %.*s %.*s\n", STR_F(row->kind),
			STR_F(row->state), STR_F(row->result));
	return fits;
}

static void fill(struct books_test *t)
{
	struct person_row p;
	const struct list_entry *dev = books_list(t, DEV);
	books_list(t, "other@lists.example");
	dev = books_entry(t, DEV);
	const struct list_entry *other = books_entry(t, "other@lists.example");
	books_member(t, dev, "member@uni.example");
	people[GUEST] = (struct somebody){ "guest", 0 };
	people[SIGNED_IN] = (struct somebody){ "signed in",
					       books_person(t, "plain@uni.example") };
	people[MEMBER] = (struct somebody){ "member",
					    books_person(t, "member@uni.example") };
	people[MODERATOR] = (struct somebody){
		"moderator", books_role(t, dev, "mod@uni.example", "moderator")
	};
	people[OWNER] = (struct somebody){ "owner", books_role(t, dev, "own@uni.example",
							       "owner") };
	people[ADMIN] = (struct somebody){ "admin", books_person(t, "boss@uni.example") };
	people[OTHER_MODERATOR] = (struct somebody){
		"other list's moderator",
		books_role(t, other, "omod@uni.example", "moderator")
	};
	people[OTHER_OWNER] = (struct somebody){
		"other list's owner", books_role(t, other, "oown@uni.example", "owner")
	};
	BOOKS_MUST(t, person_get(t->books.lists, t->a, people[ADMIN].person, &p));
	p.admin = true;
	BOOKS_MUST(t, person_change(t->books.lists, &p));
}
