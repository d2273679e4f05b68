/* Whose turn it is, among lists and their messages. */
#include "send/turns.h"

#include "tests/check.h"

#include <stdio.h>

enum { TURNS = 40 };

/* "a1" is message 1 of list a. Each of those in `has` has that many things left to do;
 * the order in which they are done. */
static void test_order(void)
{
	static const struct {
		const char *has, *want;
	} cases[] = {
		{ "", "" },
		{ "a1:3", "a1a1a1" },
		{ "a1:2 a2:2", "a1a2a1a2" },
		{ "a1:1 b2:1", "a1b2" },
		/* three of a list have the share of one of another */
		{ "a1:2 a2:2 a3:2 b4:4", "a1b4a2b4a3b4a1b4a2a3" },
		{ "a1:9 a2:1 b3:1", "a1b3a2a1a1a1a1a1a1a1a1" },
		/* whose message ends has had its turn */
		{ "a1:1 a2:1 b3:2", "a1b3a2b3" },
		{ "a1:2 b2:1 c3:2 a4:1", "a1b2c3a4c3a1" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct turn turns[TURNS] = { 0 };
		int left[TURNS], at, n;
		char lists[TURNS], list, got[200] = "";
		struct turns t = { 0 };
		struct turn *x;
		const char *has = cases[i].has;
		for (int id, count;
		     sscanf(has, " %c%d:%d%n", &list, &id, &count, &n) == 3; has += n) {
			turns[id].message = id;
			left[id] = count;
			lists[id] = list;
			turns_add(&t, &turns[id], (uint64_t)list);
		}
		for (at = 0; (x = turns_first(&t));) {
			at += snprintf(got + at, sizeof got - (size_t)at, "%c%d",
				       lists[x->message], (int)x->message);
			if (--left[x->message])
				turns_pass(&t);
			else
				turns_leave(&t, x);
		}
		CHECK(str_eq(str_from(got), str_from(cases[i].want)));
		if (!str_eq(str_from(got), str_from(cases[i].want)))
			fprintf(stderr, "  %s: %s\n", cases[i].has, got);
		CHECK(!t.first && !t.last);
	}
}

/* One that leaves from the middle takes nobody's turn. */
static void test_find(void)
{
	struct turn a1 = { .message = 1 }, a2 = { .message = 2 }, a3 = { .message = 3 },
		    b4 = { .message = 4 };
	struct turns t = { 0 };
	CHECK(!turns_first(&t) && !turns_of(&t, 7) && !turns_find(&t, 7, 1));
	turns_add(&t, &a1, 7);
	turns_add(&t, &a2, 7);
	turns_add(&t, &b4, 8);
	turns_add(&t, &a3, 7);
	CHECK(turns_find(&t, 7, 1) == &a1 && turns_find(&t, 7, 2) == &a2
	      && turns_find(&t, 7, 3) == &a3 && turns_find(&t, 8, 4) == &b4);
	CHECK(!turns_find(&t, 7, 4) && !turns_find(&t, 9, 1));
	CHECK(turns_of(&t, 7)->turns == 3 && turns_of(&t, 8)->turns == 1);
	turns_leave(&t, &a2);
	CHECK(!a2.flow && turns_first(&t) == &a1 && !turns_find(&t, 7, 2));
	turns_leave(&t, &a3);
	turns_pass(&t);
	CHECK(turns_first(&t) == &b4);
	turns_leave(&t, &b4);
	CHECK(!turns_of(&t, 8) && turns_first(&t) == &a1);
	turns_leave(&t, &a1);
	CHECK(!turns_first(&t));
}

static void test_flow(void)
{
	static const struct {
		const char *kind, *list, *source, *other_kind, *other_list, *other_source;
		bool same;
	} cases[] = {
		{ "post", "a@x", "1/a@x", "post", "a@x", "2/a@x", true },
		{ "post", "a@x", "1/a@x", "notice", "a@x", "welcome/1", true },
		{ "post", "a@x", "1/a@x", "post", "b@x", "2/b@x", false },
		{ "forward", "", "1/info@x", "forward", "", "2/info@x", true },
		{ "forward", "", "1/info@x", "forward", "", "2/help@x", false },
		{ "submission", "", "1/anna@x", "submission", "", "2/bob@x", false },
		{ "submission", "", "1/anna@x", "submission", "", "2/anna@x", true },
		{ "dsn", "", "1/dsn/7", "dsn", "", "2/dsn/9", true },
		{ "dsn", "", "1/dsn/7", "notice", "", "2/dsn/9", false },
		{ "forward", "", "odd", "forward", "", "even", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct outbound_message m = { .kind = str_from(cases[i].kind),
					      .list = str_from(cases[i].list),
					      .source = str_from(cases[i].source) },
					o = { .kind = str_from(cases[i].other_kind),
					      .list = str_from(cases[i].other_list),
					      .source = str_from(cases[i].other_source) };
		CHECK((turns_flow(&m) == turns_flow(&o)) == cases[i].same);
	}
}

int main(void)
{
	test_order();
	test_find();
	test_flow();
	return check_done();
}
