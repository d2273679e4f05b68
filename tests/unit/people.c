/* Who comes to a list, how and for how long: policies of both directions, approval that is
 * given in advance, days, domains that stand for each other, and the posts of those who are no
 * members. */
#include "joiners.h"

#include "lists/equivalent.h"
#include "base/clock.h"
#include "lists/expire.h"
#include "lists/member_wish.h"
#include "lists/owner.h"
#include "lists/term.h"
#include "store/lists/address.h"
#include "store/lists/nonmember.h"
#include "store/lists/pending.h"
#include "store/lists/person.h"
#include "store/lists/planned.h"
#include "store/lists/request.h"
#include "zones.h"

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

static err admit(struct books_test *t, const char *who, int64_t first, int64_t last)
{
	struct mailbox m = books_box(t, who);
	struct term x = { first, last };
	return member_admit_for(&t->books, t->a, books_entry(t, DEV), &m, &x, false,
				&t->by);
}

static void test_days(struct books_test *t)
{
	struct member_row m;
	struct planned_row *p;
	size_t n;
	int64_t today = clock_now() / DAY * DAY, list = books_entry(t, DEV)->id;
	const char *guest = fresh(t), *later = fresh(t), *banned = fresh(t);
	CHECK(admit(t, guest, 0, today - DAY).kind == ERR_SYNTAX);
	CHECK(admit(t, guest, today + 3 * DAY, today + 2 * DAY).kind == ERR_SYNTAX);
	CHECK(ok(admit(t, guest, 0, today)) && find(t, guest, &m) && m.last_day == today);
	CHECK(ok(admit(t, later, today + 5 * DAY, today + 7 * DAY)));
	CHECK(ok(admit(t, banned, today + 5 * DAY, 0)));
	CHECK(!is_member(t, later) && ok(planned_list(t->books.lists, t->a, list, &p, &n))
	      && n == 2);
	/* no post goes to who is to come */
	CHECK(ok(books_arrives(t, guest, DEV,
			       books_mail(t->a, guest, DEV, "d1@x", "Hi"))));
	CHECK(holds(books_owed(t), guest) && !holds(books_owed(t), later));
	CHECK(ok(ban_put(&t->books, t->a, list, str_from(banned), STR(""), &t->by)));
	/* the last day is one still; then it is over, and the one who left is told */
	CHECK(ok(expire_run(&t->books, t->a, today + DAY - 1)) && is_member(t, guest));
	CHECK(ok(expire_run(&t->books, t->a, today + DAY)) && !is_member(t, guest));
	CHECK(letter_to(t, guest, "last day is over").n && !is_member(t, later));
	CHECK(ok(expire_run(&t->books, t->a, today + 5 * DAY)) && find(t, later, &m)
	      && m.last_day == today + 7 * DAY && letter_to(t, later, "now a member").n);
	CHECK(!is_member(t, banned)
	      && books_count(t, "audit", "what = 'membership not begun'") == 1);
	CHECK(ok(planned_list(t->books.lists, t->a, list, &p, &n)) && n == 0);
	CHECK(ok(expire_run(&t->books, t->a, today + 8 * DAY)) && !is_member(t, later));
	/* an end that is taken back */
	CHECK(ok(admit(t, guest, 0, today + DAY)));
	struct assignment none = { STR("until"), STR("") };
	CHECK(ok(member_configure(&t->books, t->a, books_entry(t, DEV), str_from(guest),
				  &none, 1, &t->by)));
	CHECK(ok(expire_run(&t->books, t->a, today + 9 * DAY)) && is_member(t, guest));
	/* a plan that is dropped, and one that another way in makes void */
	CHECK(ok(admit(t, later, today + 5 * DAY, 0)));
	CHECK(ok(member_plan_drop(&t->books, t->a, books_entry(t, DEV), str_from(later),
				  &t->by)));
	CHECK(member_plan_drop(&t->books, t->a, books_entry(t, DEV), str_from(later),
			       &t->by)
		      .kind
	      == ERR_NOTFOUND);
	CHECK(ok(admit(t, later, today + 5 * DAY, 0)) && ok(admit(t, later, 0, 0)));
	CHECK(ok(planned_list(t->books.lists, t->a, list, &p, &n)) && n == 0);
}

/* The last day ends at midnight of the place. */
static void test_days_there(struct books_test *t)
{
	enum { HOUR = 3600 };
	int64_t today = clock_now() / DAY * DAY;
	const char *guest = fresh(t), *later = fresh(t);
	zone_begin(t->a, "kolkata"); /* five and a half hours ahead */
	CHECK(ok(admit(t, guest, 0, today + 2 * DAY)));
	CHECK(ok(admit(t, later, today + 3 * DAY, 0)) && !is_member(t, later));
	int64_t midnight = today + 3 * DAY - 5 * HOUR - HOUR / 2;
	CHECK(ok(expire_run(&t->books, t->a, midnight - 1)));
	CHECK(is_member(t, guest) && !is_member(t, later));
	CHECK(ok(expire_run(&t->books, t->a, midnight)));
	CHECK(!is_member(t, guest) && is_member(t, later));
	zone_begin(t->a, NULL);
}

static void test_day_words(void)
{
	static const struct {
		const char *text;
		int64_t day; /* -1: none */
	} cases[] = {
		{ "1970-01-03", 2 * DAY },
		{ "1970-01-03T15:00", 2 * DAY },
		{ "", 0 },
		{ " ", 0 },
		{ "tomorrow", -1 },
		{ "31.12.2026", -1 },
		{ "1969-01-01", -1 },
		{ "2026-12-32", -1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t day = -1;
		CHECK(day_read(str_from(cases[i].text), &day) == (cases[i].day >= 0)
		      && day == cases[i].day);
	}
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

/* What a setting names must be there, and another list, wherever it is set; what stands there
 * already may stay. */
static void test_named_lists(struct books_test *t)
{
	static const struct {
		const char *key, *value, *words; /* words: of the refusal; NULL: fine */
	} cases[] = {
		{ "regular_include_lists", "nolist", "none of that name" },
		{ "regular_exclude_lists", "nolist@lists.example", "none of that name" },
		{ "accept_these_lists", "sister\nnolist", "none of that name" },
		{ "accept_these_nonmembers", "@nolist", "none of that name" },
		{ "subscribe_auto_approval", "@nolist@lists.example",
		  "none of that name" },
		{ "hold_these_nonmembers", "a@x.example\n@nolist", "none of that name" },
		{ "regular_include_lists", "dev", "this one itself" },
		{ "accept_these_nonmembers", "@dev@lists.example", "this one itself" },
		{ "accept_these_lists", "sister", NULL },
		{ "regular_include_lists", "SISTER@lists.example", NULL },
		{ "accept_these_nonmembers", "@sister\n@x.example\na@x.example", NULL },
		{ "accept_these_nonmembers", "a@@x", "write an address" },
		{ "accept_these_nonmembers", "@-", "@dev@lists.example" },
		{ "equivalent_domains", "foo", "two domains" },
		{ "equivalent_domains", "x.example", "two domains" },
		{ "equivalent_domains", "x.example, y.example\nx.example",
		  "two domains" },
		{ "equivalent_domains", "x.example, foo", "two domains" },
		{ "equivalent_domains", "x.example,y.example; a.example, b.example,",
		  NULL },
		{ "digest_send_hour", "24", "0 to 23" },
		{ "digest_send_hour", "-1", "0 to 23" },
		{ "digest_send_hour", "23", NULL },
	};
	int64_t dev = books_entry(t, DEV)->id, id;
	books_list(t, "sister@lists.example");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct assignment set = { str_from(cases[i].key),
					  str_from(cases[i].value) };
		err e = list_configure(&t->books, t->a, dev, &set, 1, &t->by);
		if (cases[i].words
			    ? e.kind != ERR_SYNTAX || !strstr(e.msg, cases[i].words)
			    : e.kind != ERR_NONE)
			fprintf(stderr, "  %s = %s: %s\n", cases[i].key, cases[i].value,
				e.kind ? e.msg : "taken");
		CHECK(cases[i].words
			      ? e.kind == ERR_SYNTAX && strstr(e.msg, cases[i].words)
			      : e.kind == ERR_NONE);
	}
	/* the list goes: its name may stay, and a new one may not come */
	id = books_entry(t, "sister@lists.example")->id;
	CHECK(ok(list_remove(t->books.lists, id)));
	struct assignment more = { STR("accept_these_lists"), STR("sister\nbrother") },
			  same = { STR("accept_these_lists"), STR(" sister \n") };
	CHECK(list_configure(&t->books, t->a, dev, &more, 1, &t->by).kind == ERR_SYNTAX);
	CHECK(ok(list_configure(&t->books, t->a, dev, &same, 1, &t->by)));
	static const char *const undo[] = { "accept_these_lists", "regular_include_lists",
					    "accept_these_nonmembers",
					    "equivalent_domains" };
	for (size_t i = 0; i < sizeof undo / sizeof *undo; i++)
		books_set(t, DEV, undo[i], "");
	/* who is banned, by what */
	CHECK(ban_put(&t->books, t->a, dev, STR("\xC3\xBF<b>x\"'@@"), STR(""), &t->by)
		      .kind
	      == ERR_SYNTAX);
	CHECK(ban_put(&t->books, t->a, dev, STR("@sister"), STR(""), &t->by).kind
	      == ERR_SYNTAX);
}

static void test_equivalent(struct books_test *t)
{
	static const struct {
		const char *groups, *key;
		bool member;
	} cases[] = {
		{ "", "eq@mail.x.example", true },
		{ "", "eq@x.example", false },
		{ "x.example, mail.x.example", "eq@x.example", true },
		{ "X.Example ,Mail.X.example", "eq@x.example", true },
		{ "a.example,b.example;x.example,mail.x.example", "eq@x.example", true },
		{ "a.example\nx.example,,mail.x.example", "eq@x.example", true },
		{ "x.example, y.example", "eq@x.example", false },
		{ "x.example, mail.x.example", "other@x.example", false },
		{ "x.example, mail.x.example", "eq@y.x.example", false },
		{ "x.example;mail.x.example", "eq@x.example", false },
		{ "x.example", "eq", false },
		{ ",;\n,,;", "eq@x.example", false },
	};
	struct member_row m;
	books_member(t, books_entry(t, DEV), "eq@mail.x.example");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = equivalent_member(t->books.lists, t->a, books_entry(t, DEV)->id,
					  str_from(cases[i].groups),
					  str_from(cases[i].key), &m);
		CHECK(e.kind == (cases[i].member ? ERR_NONE : ERR_NOTFOUND));
	}
	/* a post from there counts as the member's where it is proven, and only then */
	static const struct {
		const char *trust;
		int64_t held;
	} posts[] = { { ALIGNED, 0 }, { "{}", 1 } };
	books_set(t, DEV, "equivalent_domains", "x.example, mail.x.example");
	for (size_t i = 0; i < 2; i++) {
		const char *id = arena_z(t->a, arena_printf(t->a, "eq%zu@x", i));
		int64_t before = books_count(t, "held", "1");
		CHECK(ok(books_arrives_as(t, "eq@x.example", DEV,
					  books_mail(t->a, "eq@x.example", DEV, id, id),
					  posts[i].trust)));
		CHECK(books_count(t, "held", "1") - before == posts[i].held);
	}
	books_set(t, DEV, "equivalent_domains", "");
}

static void test_nonmembers(struct books_test *t)
{
	const char *who = "guest@far.example";
	const struct {
		const char *action, *trust, *verdict, *why;
	} cases[] = {
		{ "accept", ALIGNED, "accept", "" },
		{ "accept", "{}", "rejected", "nothing proves" }, /* as any guest@ */
		{ "hold", ALIGNED, "hold", "" },
		{ "discard", ALIGNED, "discarded", who },
		{ "reject", ALIGNED, "rejected", who },
		{ "", ALIGNED, "rejected", "^guest@" },
	};
	struct nonmember_row *rows;
	size_t n;
	/* a pattern says otherwise: this very address comes first */
	books_set(t, DEV, "reject_these_nonmembers", "^guest@");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *id = arena_z(t->a, arena_printf(t->a, "nm%zu@x", i));
		int64_t held = books_count(t, "held", "1"),
			copies = books_count(t, "message", "kind = 'post'");
		CHECK(ok(nonmember_configure(&t->books, t->a, books_entry(t, DEV),
					     STR("Guest@Far.example"),
					     str_from(cases[i].action), &t->by)));
		CHECK(ok(books_arrives_as(t, who, DEV, books_mail(t->a, who, DEV, id, id),
					  cases[i].trust)));
		bool in = books_count(t, "message", "kind = 'post'") > copies,
		     waiting = books_count(t, "held", "1") > held;
		CHECK(in == !strcmp(cases[i].verdict, "accept"));
		CHECK(waiting == !strcmp(cases[i].verdict, "hold"));
		if (!in && !waiting)
			CHECK(holds(books_noted(t, cases[i].verdict), cases[i].why));
	}
	const struct list_entry *dev = books_entry(t, DEV);
	CHECK(nonmember_configure(&t->books, t->a, dev, STR("x@y.example"), STR("maybe"),
				  &t->by)
		      .kind
	      == ERR_SYNTAX);
	CHECK(nonmember_configure(&t->books, t->a, dev, STR("x@y.example"), STR(""),
				  &t->by)
		      .kind
	      == ERR_NOTFOUND);
	CHECK(ok(nonmember_configure(&t->books, t->a, dev, STR("x@y.example"),
				     STR("hold"), &t->by)));
	CHECK(ok(nonmember_list(t->books.lists, t->a, dev->id, &rows, &n)) && n == 1
	      && str_eq(rows[0].key, STR("x@y.example")));
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
	test_days(&t);
	test_days_there(&t);
	test_day_words();
	test_why(&t);
	test_named_lists(&t);
	test_equivalent(&t);
	test_nonmembers(&t);
	books_end(&t);
	return check_done();
}
