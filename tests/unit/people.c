/* Who comes to a list, and how: policies of both directions, approval that is given in advance, and
 * what somebody chooses as they come. */
#include "joiners.h"

#include "base/clock.h"
#include "lists/expire.h"
#include "lists/member_wish.h"
#include "lists/owner.h"
#include "store/lists/address.h"
#include "store/lists/nonmember.h"
#include "store/lists/pending.h"
#include "store/lists/person.h"
#include "store/lists/planned.h"
#include "store/lists/request.h"

/* What becomes of a request at once, and when the letter's button was pressed. */
static void test_joining(struct books_test *t)
{
	enum { REFUSED, ASKED, WAITS, IN };
	static const struct {
		const char *policy;
		bool proven;
		int first, then;
	} cases[] = {
		{ "open", false, ASKED, IN },
		{ "open", true, IN, IN },
		{ "confirm", false, ASKED, IN },
		{ "confirm", true, ASKED, IN },
		{ "moderate", false, ASKED, WAITS },
		{ "moderate", true, WAITS, WAITS },
		{ "confirm_then_moderate", false, ASKED, WAITS },
		{ "confirm_then_moderate", true, ASKED, WAITS },
		{ "invite", false, REFUSED, REFUSED },
		{ "invite", true, REFUSED, REFUSED },
		{ "closed", true, REFUSED, REFUSED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *who = fresh(t);
		struct mailbox m = books_box(t, who);
		books_set(t, DEV, "subscription_policy", cases[i].policy);
		err e = member_ask_join(&t->books, t->a, books_entry(t, DEV), &m, NULL,
					cases[i].proven, &t->by);
		int first = e.kind == ERR_DENIED   ? REFUSED
			    : is_member(t, who)    ? IN
			    : waits(t, who, false) ? WAITS
						   : ASKED;
		CHECK(first == cases[i].first);
		if (first == ASKED)
			CHECK(press(t, who));
		int then = is_member(t, who)      ? IN
			   : waits(t, who, false) ? WAITS
						  : REFUSED;
		if (then != cases[i].then)
			fprintf(stderr, "  %s: %d, then %d\n", cases[i].policy, first,
				then);
		CHECK(then == cases[i].then);
	}
	books_set(t, DEV, "subscription_policy", "confirm");
}

static void test_leaving(struct books_test *t)
{
	enum { ASKED, WAITS, OUT };
	static const struct {
		const char *policy;
		bool proven;
		int first, then;
	} cases[] = {
		{ "open", false, OUT, OUT },
		{ "confirm", false, ASKED, OUT },
		{ "confirm", true, ASKED, OUT },
		{ "moderate", false, ASKED, WAITS },
		{ "moderate", true, WAITS, WAITS },
		{ "confirm_then_moderate", true, ASKED, WAITS },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *who = fresh(t);
		struct member_row m;
		books_set(t, DEV, "unsubscription_policy", cases[i].policy);
		books_member(t, books_entry(t, DEV), who);
		CHECK(ok(member_ask_leave(&t->books, t->a, books_entry(t, DEV),
					  str_from(who), cases[i].proven, &t->by)));
		int first = !is_member(t, who)    ? OUT
			    : waits(t, who, true) ? WAITS
						  : ASKED;
		CHECK(first == cases[i].first);
		if (first == ASKED)
			CHECK(press(t, who));
		int then = !find(t, who, &m) ? OUT : waits(t, who, true) ? WAITS : ASKED;
		if (then != cases[i].then)
			fprintf(stderr, "  %s: %d, then %d\n", cases[i].policy, first,
				then);
		CHECK(then == cases[i].then);
		/* whoever waits gets no post meanwhile */
		CHECK(then == OUT || str_eq(m.delivery, STR("off")));
	}
}

static int64_t request_of(struct books_test *t, const char *address)
{
	struct request_row *r;
	size_t n;
	CHECK(ok(request_list(t->books.lists, t->a, books_entry(t, DEV)->id, &r, &n)));
	for (size_t i = 0; i < n; i++)
		if (str_eq(r[i].address, str_from(address)))
			return r[i].id;
	return 0;
}

static void test_let_go(struct books_test *t)
{
	bool wait;
	const char *who[] = { fresh(t), fresh(t), fresh(t) };
	books_set(t, DEV, "unsubscription_policy", "moderate");
	for (size_t i = 0; i < 3; i++) {
		int64_t id = books_member(t, books_entry(t, DEV), who[i]);
		CHECK(ok(member_left(&t->books, t->a, books_entry(t, DEV), id, &t->by,
				     &wait))
		      && wait);
		CHECK(letter_to(t, who[i], "No further post").n);
	}
	CHECK(letter_to(t, "olga@uni.example", "wants to leave").n);
	CHECK(ok(request_decide(&t->books, t->a, request_of(t, who[0]), STR("accept"),
				STR(""), &t->by)));
	CHECK(!is_member(t, who[0]) && letter_to(t, who[0], "no longer a member").n);
	CHECK(ok(request_decide(&t->books, t->a, request_of(t, who[1]), STR("reject"),
				STR("Stay."), &t->by)));
	CHECK(is_member(t, who[1]) && letter_to(t, who[1], "Stay.").n
	      && !request_of(t, who[1]));
	/* removed meanwhile: nothing is left to be decided */
	CHECK(ok(member_end(&t->books, t->a, books_entry(t, DEV), str_from(who[2]), false,
			    &t->by)));
	CHECK(ok(request_decide(&t->books, t->a, request_of(t, who[2]), STR("accept"),
				STR(""), &t->by)));
	/* who waits to leave, is removed and asks to join is one who asks to join */
	int64_t id = books_member(t, books_entry(t, DEV), who[2]);
	CHECK(ok(member_left(&t->books, t->a, books_entry(t, DEV), id, &t->by, &wait)));
	CHECK(ok(member_end(&t->books, t->a, books_entry(t, DEV), str_from(who[2]), false,
			    &t->by)));
	books_set(t, DEV, "subscription_policy", "moderate");
	struct mailbox m = books_box(t, who[2]);
	CHECK(ok(member_ask_join(&t->books, t->a, books_entry(t, DEV), &m, NULL, true,
				 &t->by)));
	CHECK(waits(t, who[2], false));
	books_set(t, DEV, "unsubscription_policy", "confirm");
}

static void test_auto_approval(struct books_test *t)
{
	static const struct {
		const char *address;
		bool in;
	} cases[] = {
		{ "kim@approved.example", true }, { "kim@sub.approved.example", true },
		{ "kim@other.example", false },   { "one@uni.example", true },
		{ "two@uni.example", false },     { "staff-7@uni.example", true },
		{ "staffer@uni.example", false }, { "core@far.example", true },
		{ "uncore@far.example", false },
	};
	books_member(t, books_list(t, "core@lists.example"), "core@far.example");
	books_set(t, DEV, "subscription_policy", "moderate");
	books_set(t, DEV, "subscribe_auto_approval",
		  "@approved.example\none@uni.example\n^staff-[0-9]+@\n@core");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mailbox m = books_box(t, cases[i].address);
		CHECK(ok(member_ask_join(&t->books, t->a, books_entry(t, DEV), &m, NULL,
					 true, &t->by)));
		CHECK(is_member(t, cases[i].address) == cases[i].in);
		CHECK(waits(t, cases[i].address, false) == !cases[i].in);
	}
	/* named, but not proven: asked first all the same */
	struct mailbox m = books_box(t, "lea@approved.example");
	CHECK(ok(member_ask_join(&t->books, t->a, books_entry(t, DEV), &m, NULL, false,
				 &t->by)));
	CHECK(!is_member(t, "lea@approved.example"));
	CHECK(press(t, "lea@approved.example") && is_member(t, "lea@approved.example"));
	/* one that gives up names nobody */
	books_set(t, DEV, "subscribe_auto_approval", "^(a+)+$");
	m = books_box(t, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@uni.example");
	CHECK(ok(member_ask_join(&t->books, t->a, books_entry(t, DEV), &m, NULL, true,
				 &t->by)));
	CHECK(waits(t, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@uni.example", false));
	books_set(t, DEV, "subscribe_auto_approval", "");
	books_set(t, DEV, "subscription_policy", "confirm");
}

/* Off by whom, and why: kept until it is on again. */
static void test_why(struct books_test *t)
{
	struct member_row m;
	const char *who = fresh(t);
	struct assignment off[] = { { STR("why"), STR("contract ended") },
				    { STR("delivery"), STR("off") } };
	books_member(t, books_entry(t, DEV), who);
	CHECK(ok(member_configure(&t->books, t->a, books_entry(t, DEV), str_from(who),
				  off, 2, &t->by)));
	CHECK(find(t, who, &m) && str_eq(m.off_by, STR("moderator"))
	      && str_eq(m.off_why, STR("contract ended")));
	CHECK(ok(member_option(t->a, &m, STR("delivery"), STR("off"), STR("user")))
	      && !m.off_why.n); /* another's reason is not theirs */
	off[1].value = STR("regular");
	CHECK(ok(member_configure(&t->books, t->a, books_entry(t, DEV), str_from(who),
				  &off[1], 1, &t->by)));
	CHECK(find(t, who, &m) && !m.off_why.n && !m.off_by.n);
	CHECK(member_option(t->a, &m, STR("why"), STR("two\nlines"), STR("")).kind
	      == ERR_SYNTAX);
}

/* The choice waits with who asks; of one who was refused nothing is left. */
static void test_choice(struct books_test *t)
{
	static const struct {
		const char *words[2], *delivery, *language;
	} cases[] = {
		{ { "accept" }, "plain", "de" },
		{ { "reject", "added" }, "regular", "" },
		{ { "discard", "added" }, "regular", "" },
	};
	struct member_wish wish = { .delivery = STR("plain"), .language = STR("de") };
	struct member_row m;
	books_set(t, DEV, "subscription_policy", "moderate");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *who = fresh(t);
		struct mailbox box = books_box(t, who);
		CHECK(ok(member_ask_join(&t->books, t->a, books_entry(t, DEV), &box,
					 &wish, true, &t->by)));
		CHECK(waits(t, who, false));
		CHECK(ok(request_decide(&t->books, t->a, request_of(t, who),
					str_from(cases[i].words[0]), STR(""), &t->by)));
		if (cases[i].words[1])
			CHECK(ok(member_admit(&t->books, t->a, books_entry(t, DEV), &box,
					      false, &t->by)));
		BOOKS_MUST(t, member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
					  str_from(who), &m));
		CHECK(str_eq(m.delivery, str_from(cases[i].delivery))
		      && str_eq(m.language, str_from(cases[i].language)));
	}
	struct mailbox box = books_box(t, fresh(t));
	wish.language = STR("tlh");
	CHECK(member_ask_join(&t->books, t->a, books_entry(t, DEV), &box, &wish, true,
			      &t->by)
		      .kind
	      == ERR_SYNTAX);
	books_set(t, DEV, "subscription_policy", "confirm");
}

static size_t wishes(struct books_test *t, const char *who)
{
	struct pending_row *p;
	size_t n = 9;
	int64_t gone;
	CHECK(ok(pending_expire(t->books.lists, clock_now(), &gone)));
	CHECK(ok(pending_of(t->books.lists, t->a, STR("wish"), books_entry(t, DEV)->id,
			    str_from(who), &p, &n)));
	return n;
}

/* As long as the request, and as whose it was asked for. */
static void test_wish(struct books_test *t)
{
	struct book *b = t->books.lists;
	struct member_wish wish = { .delivery = STR("plain") };
	struct address_row first;
	struct member_row m;
	const char *one = fresh(t), *two = fresh(t);
	str key = str_from(two);
	books_set(t, DEV, "subscription_policy", "moderate");
	BOOKS_MUST(t, address_ensure(b, t->a, str_from(one), str_from(one), STR(""), 1,
				     &first));
	int64_t id;
	BOOKS_MUST(t, address_add(b, first.person, key, key, &id));
	BOOKS_MUST(t, address_verify(b, first.id, 1));
	BOOKS_MUST(t, address_verify(b, id, 1));
	BOOKS_MUST(t, person_prefer(b, first.person, first.id));
	struct mailbox box = books_box(t, two);
	for (int round = 0; round < 2; round++) {
		CHECK(ok(member_wish_follow(&t->books, t->a, key, &wish))
		      && wish.person == first.person);
		CHECK(ok(member_ask_join(&t->books, t->a, books_entry(t, DEV), &box,
					 &wish, true, &t->by)));
		CHECK(waits(t, two, false) && wishes(t, two) == 1);
		if (round == 0) { /* it ends in another way than by a moderator */
			CHECK(ok(request_end(b, request_of(t, two),
					     &(struct request_end){ STR("refused"),
								    STR(""), STR("x"),
								    STR("page"), 2 })));
			CHECK(wishes(t, two) == 0);
		}
	}
	CHECK(ok(request_decide(&t->books, t->a, request_of(t, two), STR("accept"),
				STR(""), &t->by)));
	CHECK(wishes(t, two) == 0);
	CHECK(ok(member_find(b, t->a, books_entry(t, DEV)->id, str_from(one), &m))
	      && m.follows && str_eq(m.delivery, STR("plain")));
	CHECK(member_find(b, t->a, books_entry(t, DEV)->id, key, &m).kind
	      == ERR_NOTFOUND);
	books_set(t, DEV, "subscription_policy", "confirm");
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_role(&t, dev, "olga@uni.example", "owner");
	test_joining(&t);
	test_choice(&t);
	test_wish(&t);
	test_leaving(&t);
	test_let_go(&t);
	test_auto_approval(&t);
	test_why(&t);
	books_end(&t);
	return check_done();
}
