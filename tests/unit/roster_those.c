/* All members that fit: written down a part at a time, shown, and done as a file is. */
#include "letters.h"

#include "lists/roster_batch.h"
#include "lists/roster_those.h"

static struct batch_row batch_now(struct books_test *t, const struct list_entry *l,
				  int64_t id)
{
	struct batch_row x = { 0 };
	CHECK(ok(batch_get(t->books.lists, t->a, l->id, id, &x)));
	return x;
}

static int64_t those(struct books_test *t, const struct list_entry *l,
		     struct member_want want, const struct assignment *set, size_t n,
		     bool notice)
{
	int64_t id = 0;
	CHECK(ok(batch_those(&t->books, t->a, l,
			     &(struct roster_those){ want, set, n, notice }, &t->by,
			     &id)));
	return id;
}

static struct batch_row done_with(struct books_test *t, const struct list_entry *l,
				  int64_t id)
{
	bool more = true;
	int64_t turn = 0;
	CHECK(ok(batch_begin(&t->books, t->a, l, id, &t->by)));
	while (more)
		CHECK(ok(batch_continue(&t->books, t->a, &turn, &more)));
	return batch_now(t, l, id);
}

static int64_t in_state(struct books_test *t, const struct list_entry *l,
			enum member_state state)
{
	int64_t counts[MEMBER_STATES];
	CHECK(ok(member_states(t->books.lists, l->id, counts)));
	return counts[state];
}

/* All that fit: written down in parts, shown, and done; who comes later is not among them. */
static void test_those(struct books_test *t)
{
	const struct list_entry *l = books_list(t, "those@lists.example");
	struct member_row m;
	struct batch_row x;
	int64_t id;
	for (int i = 0; i < 1100; i++)
		books_member(t, l,
			     arena_z(t->a, arena_printf(t->a, "n%04d@%s.example", i,
							i % 2 ? "odd" : "even")));
	struct assignment off[] = { { STR("delivery"), STR("off") },
				    { STR("why"), STR("a \"move\", with, commas") } };
	id = those(t, l, (struct member_want){ .search = STR("@odd.") }, off, 2, false);
	x = batch_now(t, l, id);
	CHECK(str_eq(x.state, STR("shown")) && x.to_change == 550 && x.parts == 2
	      && !x.to_remove && batch_is_those(&x));
	CHECK(str_eq(batch_those_words(t->a, &x),
		     STR("delivery = off, why = a \"move\", with, commas")));
	CHECK(in_state(t, l, MEMBER_OFF) == 0);
	books_member(t, l, "late@odd.example");
	CHECK(ok(member_find(t->books.lists, t->a, l->id, STR("n0001@odd.example"), &m)));
	CHECK(ok(member_remove(t->books.lists, m.id))); /* left meanwhile */
	x = done_with(t, l, id);
	CHECK(str_eq(x.state, STR("done")) && x.changed == 549 && !x.refused);
	CHECK(in_state(t, l, MEMBER_OFF) == 549);
	CHECK(ok(member_find(t->books.lists, t->a, l->id, STR("n0003@odd.example"), &m))
	      && str_eq(m.off_why, STR("a \"move\", with, commas"))
	      && str_eq(m.off_by, STR("moderator")));
	/* By state, and an empty value. */
	struct assignment hold = { STR("action"), STR("hold") },
			  usual = { STR("action"), STR("") };
	done_with(t, l,
		  those(t, l, (struct member_want){ .state = MEMBER_OFF }, &hold, 1,
			false));
	CHECK(in_state(t, l, MEMBER_HELD) == 549);
	done_with(
		t, l,
		those(t, l,
		      (struct member_want){ .state = MEMBER_HELD, .search = STR("n00") },
		      &usual, 1, false));
	CHECK(in_state(t, l, MEMBER_HELD) == 500);
}

/* With a goodbye or without a word. */
static void test_removed(struct books_test *t)
{
	const struct list_entry *l = books_entry(t, "those@lists.example");
	books_set(t, "those@lists.example", "send_goodbye_message", "yes");
	int64_t before = letters(t), id;
	struct batch_row x;
	x = done_with(t, l,
		      those(t, l, (struct member_want){ .search = STR("n001") }, NULL, 0,
			    true));
	CHECK(x.removed == 10 && letters(t) == before + 10);
	x = done_with(t, l,
		      those(t, l, (struct member_want){ .search = STR("n002") }, NULL, 0,
			    false));
	CHECK(x.removed == 10 && letters(t) == before + 10);
	struct roster_those none = { .want = { .search = STR("nobody") } }, odd = {
		.set = &(struct assignment){ STR("delivery"), STR("often") }, .count = 1
	};
	CHECK(batch_those(&t->books, t->a, l, &none, &t->by, &id).kind == ERR_NOTFOUND);
	CHECK(batch_those(&t->books, t->a, l, &odd, &t->by, &id).kind == ERR_SYNTAX);
	CHECK(books_count(t, "audit", "what = 'many members at once'") == 5);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	test_those(&t);
	test_removed(&t);
	books_end(&t);
	return check_done();
}
