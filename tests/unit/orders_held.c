/* Orders that decide on held posts. */
#include "orders_people.h"

#include "store/lists/held.h"

static int64_t hold(struct books_test *t, const char *list, const char *id)
{
	struct held_row *h;
	size_t n;
	BOOKS_MUST(t, books_arrives(t, "eve@evil.example", list,
				    books_mail(t->a, "eve@evil.example", list, id, "x")));
	BOOKS_MUST(t, held_waiting(t->books.lists, t->a, 0, 0, 1000, &h, &n));
	return n ? h[n - 1].id : 0;
}

static str verdict(struct books_test *t, int64_t id)
{
	struct held_row h;
	BOOKS_MUST(t, held_get(t->books.lists, t->a, id, &h));
	return h.verdict;
}

/* A moderator's list and another one's posts in one order: numbers are only good on
 * one's own list. */
static void test_held(struct books_test *t)
{
	struct order_row row;
	int64_t mine = hold(t, DEV, "o1@x"),
		foreign = hold(t, "other@lists.example", "o2@x"),
		third = hold(t, DEV, "o3@x");
	run(t, "held",
	    json_pack("{s:s,s:[I,I,I],s:s}", "list", DEV, "ids", mine, foreign,
		      (json_int_t)999, "verdict", "accept"),
	    people[MODERATOR].person, &row);
	CHECK(done(&row) && holds(row.result, "\"n\":1"));
	CHECK(str_eq(verdict(t, mine), STR("accepted")) && !verdict(t, foreign).n);
	run(t, "held",
	    json_pack("{s:s,s:[I],s:s}", "list", "other@lists.example", "ids", foreign,
		      "verdict", "accept"),
	    people[MODERATOR].person, &row);
	CHECK(refused(&row, "you may not") && !verdict(t, foreign).n);
	run(t, "held",
	    json_pack("{s:s,s:[I],s:s}", "list", DEV, "ids", third, "verdict", "burn"),
	    people[MODERATOR].person, &row);
	CHECK(refused(&row, "choose one of accept, trust") && !verdict(t, third).n);
	run(t, "held",
	    json_pack("{s:s,s:[I],s:s,s:s}", "list", DEV, "ids", third, "verdict",
		      "reject", "reason", "No."),
	    people[OWNER].person, &row);
	CHECK(done(&row) && str_eq(verdict(t, third), STR("rejected")));
	CHECK(letter_to(t, "eve@evil.example", "No.").n);
	CHECK(books_count(t, "audit",
			  "what = 'post rejected' AND actor = 'own@uni.example'")
	      == 1);
	run(t, "held",
	    json_pack("{s:s,s:[I],s:s}", "list", DEV, "ids", third, "verdict", "accept"),
	    people[MODERATOR].person, &row);
	CHECK(holds(row.result, "rejected by own@uni.example already"));
}

static int64_t hold_of(struct books_test *t, const char *list, const char *from,
		       const char *id)
{
	struct held_row *h;
	size_t n;
	BOOKS_MUST(t,
		   books_arrives(t, from, list, books_mail(t->a, from, list, id, "x")));
	BOOKS_MUST(t, held_waiting(t->books.lists, t->a, 0, 0, 1000, &h, &n));
	return n ? h[n - 1].id : 0;
}

/* All of an author, or of the list: what the page showed, and what nobody else looks at. */
static void test_held_all(struct books_test *t)
{
	struct order_row row;
	int64_t eve = hold_of(t, DEV, "eve@evil.example", "b1@x"),
		zoe = hold_of(t, DEV, "zoe@evil.example", "b2@x"),
		again = hold_of(t, DEV, "eve@evil.example", "b3@x"),
		other = hold_of(t, "other@lists.example", "eve@evil.example", "b4@x"),
		late = hold_of(t, DEV, "eve@evil.example", "b5@x"),
		mod = people[MODERATOR].person, own = people[OWNER].person;
	run(t, "held",
	    json_pack("{s:s,s:s,s:I,s:s}", "list", DEV, "of", "author", "last", late,
		      "verdict", "discard"),
	    mod, &row);
	CHECK(refused(&row, "which author") && !verdict(t, eve).n);
	run(t, "held",
	    json_pack("{s:s,s:s,s:s,s:I,s:s}", "list", DEV, "of", "author", "author",
		      "eve@evil.example", "last", again, "verdict", "discard"),
	    mod, &row);
	CHECK(done(&row) && holds(row.result, "\"n\":2"));
	CHECK(verdict(t, eve).n && verdict(t, again).n);
	CHECK(!verdict(t, zoe).n && !verdict(t, other).n && !verdict(t, late).n);
	run(t, "held",
	    json_pack("{s:s,s:[I],s:s}", "list", DEV, "ids", zoe, "verdict", "claim"),
	    own, &row);
	CHECK(done(&row) && holds(row.result, "held_claim"));
	run(t, "held",
	    json_pack("{s:s,s:[I],s:s}", "list", DEV, "ids", zoe, "verdict", "claim"),
	    mod, &row);
	CHECK(holds(row.result, "own@uni.example looks at post")
	      && holds(row.result, "\"n\":0"));
	run(t, "held",
	    json_pack("{s:s,s:s,s:I,s:s}", "list", DEV, "of", "list", "last", late,
		      "verdict", "discard"),
	    mod, &row);
	CHECK(holds(row.result, "\"n\":1") && holds(row.result, "left out"));
	CHECK(verdict(t, late).n && !verdict(t, zoe).n && !verdict(t, other).n);
	/* Whoever names it decides on it all the same: the other may have gone. */
	run(t, "held",
	    json_pack("{s:s,s:[I],s:s}", "list", DEV, "ids", zoe, "verdict", "discard"),
	    mod, &row);
	CHECK(done(&row) && verdict(t, zoe).n && !verdict(t, other).n);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	fill(&t);
	test_held(&t);
	test_held_all(&t);
	books_end(&t);
	return check_done();
}
