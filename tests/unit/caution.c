/* lists/caution.h: a message on which post dies again and again is given up, and nothing
 * else is for it; where nobody dies nothing is done one by one. */
#include "lists/caution.h"

#include "books.h"

#include "tests/check.h"

/* The role begins, deals with what is there in order, and dies on that one (0: on none).
 * Gives the one that was given up, or 0. */
static int64_t live(struct books_test *t, const int64_t *ids, size_t count, int64_t dies)
{
	struct caution c;
	int64_t given_up = 0, after = 0;
	BOOKS_MUST(t, caution_begin(&t->books, &c));
	for (size_t i = 0; i < count; i++) {
		bool deadly = false;
		if (caution_alone(&c, after))
			BOOKS_MUST(t, caution_note(&t->books, &c, ids[i], &deadly));
		if (deadly)
			given_up = ids[i];
		else if (ids[i] == dies)
			return 0;
		after = ids[i];
	}
	BOOKS_MUST(t, caution_end(&t->books, &c));
	return given_up;
}

static void test_deaths(struct books_test *t)
{
	int64_t ids[3];
	struct caution c;
	for (int i = 0; i < 3; i++)
		ids[i] = books_accept(t, "a@uni.example", "postmaster@lists.example",
				      STR("Subject: x\r\n\r\nx\r\n"), ALIGNED)
				 .id;
	CHECK(live(t, ids, 3, 0) == 0);
	BOOKS_MUST(t, caution_begin(&t->books, &c));
	CHECK(!caution_alone(&c, 0)); /* the last ended as it should */
	BOOKS_MUST(t, caution_begin(&t->books, &c));
	CHECK(caution_alone(&c, 0) && caution_alone(&c, ids[1])
	      && !caution_alone(&c, ids[2]));
	/* Killed for another reason, here and there: nobody is given up. */
	for (int i = 0; i < 6; i++)
		CHECK(live(t, ids, 3, ids[i % 3]) == 0);
	CHECK(live(t, ids, 3, 0) == 0);
	/* Of a batch first, then by itself, twice, with one before it that stays. */
	for (int i = 0; i < 1 + CAUTION_DEATHS; i++)
		CHECK(live(t, ids, 3, ids[1]) == 0);
	CHECK(live(t, ids, 3, ids[1]) == ids[1]);
	BOOKS_MUST(t, caution_begin(&t->books, &c));
	CHECK(!caution_alone(&c, 0));
	BOOKS_MUST(t, caution_end(&t->books, &c));
	BOOKS_MUST(t, caution_end(&t->books, &c));
}

/* Nothing of it is read, and whoever may be told is. */
static void test_given_up(struct books_test *t)
{
	struct arrivals *x;
	books_member(t, books_list(t, "dev@lists.example"), "anna@uni.example");
	str post = books_mail(t->a, "anna@uni.example", "dev@lists.example", "p@x", "hi");
	static const char *const trust[] = { ALIGNED, "{\"aligned\":false}" };
	static const char *const told[] = { "anna@uni.example", "admin@boss.example" };
	for (int i = 0; i < 2; i++) {
		struct inbound_message m = books_accept(
			t, "anna@uni.example", "dev@lists.example", post, trust[i]);
		BOOKS_MUST(t, arrivals_give_up(&t->books, t->a, &m, &x));
		while (arrivals_left(x))
			arrivals_sort(x);
		BOOKS_MUST(t, arrivals_tick(x));
		CHECK(ok(arrivals_failed(x)));
		CHECK(books_count(t, "event", "what = 'not-served'") == i + 1);
		struct outbound_message out;
		CHECK(holds(books_newest(t, &out), "could not read it"));
		CHECK(str_ends(books_owed(t), str_from(told[i])));
		CHECK(inbound_get(t->books.inbound, t->a, m.id, &m).kind == ERR_NOTFOUND);
	}
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	test_deaths(&t);
	test_given_up(&t);
	books_end(&t);
	return check_done();
}
