#include "copies.h"
#include "letters.h"

#include "lists/member_set.h"
#include "lists/members.h"
#include "lists/press.h"
#include "lists/rules.h"
#include "lists/umbrella.h"
#include "mail/retpath.h"

#define ALL "all@lists.example"
#define DEV "dev@lists.example"
#define OPS "ops@lists.example"
#define QA  "qa@lists.example"

/* Who is owed a copy of a post from anna; to: the envelope's, header: To. */
static void had(struct books_test *t, int line, const char *to, const char *header,
		const char *wanted)
{
	static int n;
	str id = arena_printf(t->a, "s%d@x", ++n);
	BOOKS_MUST(t, books_arrives(t, "anna@uni.example", to,
				    books_mail(t->a, "anna@uni.example", header,
					       arena_z(t->a, id), "hello")));
	str got = books_owed(t);
	if (!str_eq(got, str_from(wanted)))
		fprintf(stderr, "  line %d: %.*s\n", line, STR_F(got));
	CHECK(str_eq(got, str_from(wanted)));
	clear(t);
}
#define HAD(to, header, wanted) had(t, __LINE__, to, header, wanted)

#define BOTH                    DEV ", " OPS

static void test_names(struct arena *a)
{
	static const struct {
		const char *value;
		bool fine;
	} cases[] = {
		{ "", true },
		{ "dev", true },
		{ "Dev\n\n ops@lists.example", true },
		{ "a b", false },
		{ "dev@", false },
		{ "dev-owner", false },
		{ "@lists.example", false },
		{ "dev, ops", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(!umbrella_check_names(a, STR("x"), str_from(cases[i].value)).kind
		      == cases[i].fine);
	str home = STR("lists.example"), far = STR("x.example");
	CHECK(str_eq(umbrella_address(a, STR(" Dev"), home), STR(DEV))
	      && str_eq(umbrella_address(a, STR("ops@Lists.Example"), far), STR(OPS))
	      && !str_eq(umbrella_address(a, STR("dev"), far), STR(DEV))
	      && !umbrella_address(a, STR(" "), home).n);
}

static void test_crossed(struct books_test *t)
{
	/* bob is on both, and wants one */
	HAD(DEV " " OPS, BOTH,
	    "anna@uni.example bob@lab.example anna@uni.example bob@lab.example "
	    "carl@lab.example");
	option(t, OPS, "bob@lab.example", "copies", "no");
	HAD(DEV " " OPS, BOTH,
	    "anna@uni.example bob@lab.example anna@uni.example carl@lab.example");
	HAD(OPS, OPS, "anna@uni.example bob@lab.example carl@lab.example");
	/* off or by digest on the other it is not there */
	option(t, DEV, "bob@lab.example", "delivery", "off");
	HAD(DEV " " OPS, BOTH,
	    "anna@uni.example anna@uni.example bob@lab.example carl@lab.example");
	option(t, DEV, "bob@lab.example", "delivery", "regular");
	option(t, OPS, "bob@lab.example", "copies", "yes");
}

static void test_excluded(struct books_test *t)
{
	books_set(t, DEV, "regular_exclude_lists", "ops\nnowhere\ndev");
	HAD(DEV, BOTH, "");
	HAD(DEV, DEV, "anna@uni.example bob@lab.example");
	/* carl writes to no list of which he is no member: dev keeps its own */
	BOOKS_MUST(t, member_end(&t->books, t->a, books_entry(t, OPS),
				 STR("anna@uni.example"), false, &t->by));
	HAD(DEV, BOTH, "anna@uni.example bob@lab.example");
	books_set(t, DEV, "regular_exclude_ignore", "no");
	HAD(DEV, BOTH, "anna@uni.example");
	books_set(t, DEV, "regular_exclude_ignore", "yes");
	books_member(t, books_entry(t, OPS), "anna@uni.example");
	/* in a circle the first one sends */
	books_set(t, OPS, "regular_exclude_lists", "dev");
	HAD(DEV " " OPS, BOTH, "anna@uni.example bob@lab.example carl@lab.example");
	books_set(t, DEV, "regular_exclude_lists", "");
	books_set(t, OPS, "regular_exclude_lists", "");
}

static void test_included(struct books_test *t)
{
	struct outbound_message *m;
	size_t n;
	books_set(t, DEV, "regular_include_lists", "ops\nqa");
	HAD(DEV, DEV,
	    "anna@uni.example bob@lab.example carl@lab.example dora@lab.example");
	BOOKS_MUST(t, outbound_before(t->books.outbound, t->a, 0, 3, &m, &n));
	CHECK(n == 3 && str_eq(m[2].list, STR(DEV)) && str_eq(m[1].list, STR(OPS))
	      && str_eq(m[0].list, STR(QA)));
	CHECK(m[1].copies == 1 && m[1].verp && holds(m[1].personal, "/lists/ops/leave?m=")
	      && holds(m[2].personal, "/lists/dev/leave?m="));
	str body;
	BOOKS_MUST(t, outbound_body_read(t->books.outbound, t->a, m[1].id, 0, m[1].size,
					 &body));
	CHECK(holds(body, "List-Id: <dev.lists.example>"));
	/* addressed, too: it has a post of its own */
	HAD(DEV, BOTH, "anna@uni.example bob@lab.example dora@lab.example");
	/* off there is off; own posts are a membership's choice */
	option(t, QA, "dora@lab.example", "delivery", "off");
	HAD(DEV, DEV, "anna@uni.example bob@lab.example carl@lab.example");
	option(t, QA, "dora@lab.example", "delivery", "regular");
	books_set(t, DEV, "regular_include_lists", "");
}

/* ---- a list of lists */

/* dev's copy of a post to all, as it comes back to this server. */
static void comes_back(struct books_test *t, const char *to, const char *path, str fields,
		       const char *id)
{
	str mail = arena_cat(t->a, fields,
			     books_mail(t->a, "zoe@far.example", ALL, id, "hello"));
	BOOKS_MUST(t, books_arrives_as(t, path, to, mail, "{}"));
}

static void test_umbrella(struct books_test *t)
{
	const struct list_entry *all = books_list(t, ALL);
	int64_t member = books_member(t, all, DEV);
	struct outbound_message m;
	str path = retpath_make(t->a, &t->books.mac, STR(ALL), member), body;
	const char *from = arena_z(t->a, path);
	str passed = STR("List-Id: everybody <all.lists.example>\r\n"
			 "List-Id: <Far.example>\r\nX-BeenThere: first@far.example\r\n");
	/* it waits, as any stranger's, where the list does not take the other's word */
	comes_back(t, DEV, from, passed, "u1@x");
	CHECK(!books_owed(t).n && books_count(t, "held", "rule = 'nonmember'") == 1);
	books_set(t, DEV, "accept_these_lists", "all");
	comes_back(t, DEV, from, passed, "u2@x");
	CHECK(str_eq(books_owed(t), STR("anna@uni.example bob@lab.example")));
	body = books_newest(t, &m);
	CHECK(holds(body, "\r\nList-Id: <dev.lists.example>\r\n")
	      && !holds(body, "List-Id: everybody"));
	CHECK(holds(body, "X-BeenThere: first@far.example\r\n")
	      && holds(body, "X-BeenThere: " ALL "\r\n")
	      && holds(body, "X-BeenThere: far.example\r\n"));
	CHECK(holds(books_noted(t, "accepted"), ALL " has accepted it"));
	clear(t);
	/* once through a list, no list takes it again */
	comes_back(t, ALL, "x@far.example", STR("X-BeenThere: " ALL "\r\n"), "u3@x");
	CHECK(holds(books_noted(t, "discarded"), "X-BeenThere"));
	CHECK(!books_owed(t).n);
	/* another member's path, a forged one, the bare one: no word of that list */
	comes_back(t, OPS, from, STR(""), "u4@x");
	comes_back(t, DEV, "all-bounces+1.abcdefgh@lists.example", STR(""), "u5@x");
	comes_back(t, DEV, "all-bounces@lists.example", STR(""), "u6@x");
	CHECK(!books_owed(t).n && books_count(t, "held", "verdict = ''") == 4);
	/* what waited is let through as what it was */
	books_set(t, DEV, "emergency", "yes");
	comes_back(t, DEV, from, STR(""), "u7@x");
	CHECK(!books_owed(t).n && books_count(t, "held", "rule = 'emergency'") == 1);
	books_set(t, DEV, "emergency", "no");
	/* of two lists of one umbrella one leaves out those whom the other has */
	books_member(t, books_entry(t, ALL), OPS);
	books_set(t, DEV, "regular_exclude_lists", "ops");
	comes_back(t, DEV, from, STR(""), "u8@x");
	CHECK(str_eq(books_owed(t), STR("")));
	books_set(t, DEV, "regular_exclude_lists", "");
	clear(t);
}

static void test_letters(struct books_test *t)
{
	books_set(t, ALL, "umbrella_list", "yes");
	struct mailbox who = books_box(t, QA);
	BOOKS_MUST(t, member_admit(&t->books, t->a, books_entry(t, ALL), &who, true,
				   &t->by));
	CHECK(str_eq(books_owed(t), STR("qa-owner@lists.example")));
	struct outbound_message m;
	str body = books_newest(t, &m);
	CHECK(holds(body, "To: <qa-owner@lists.example>")
	      || holds(body, "To: qa-owner@lists.example"));
	clear(t);
	books_set(t, ALL, "umbrella_member_suffix", "");
	BOOKS_MUST(t, member_end(&t->books, t->a, books_entry(t, ALL), STR(QA), true,
				 &t->by));
	CHECK(str_eq(books_owed(t), STR(QA)));
	clear(t);
}

static const struct letter_case { /* of zoe@far.example, who is no list of ours */
	const char *umbrella, *suffix, *goes;
	bool proven; /* by a press of what goes there */
} letter_cases[] = {
	{ "no", "-owner", "zoe@far.example", true },
	{ "yes", "-spy", "zoe@far.example", true },
	{ "yes", "-owner", "zoe-owner@far.example", false },
	{ "yes", "-Request", "zoe-Request@far.example", false },
};

static void check_letter(struct books_test *t, const struct letter_case *c)
{
	struct mailbox who = books_box(t, "zoe@far.example");
	struct press press = { .choice = STR(""), .reason = STR(""), .by = t->by };
	struct pressed done;
	books_set(t, ALL, "umbrella_list", c->umbrella);
	books_set(t, ALL, "umbrella_member_suffix", c->suffix);
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
	BOOKS_MUST(t, member_ask_join(&t->books, t->a, books_entry(t, ALL), &who, NULL,
				      false, &t->by));
	CHECK(str_eq(books_owed(t), str_from(c->goes)));
	CHECK(books_count(t, "answered",
			  arena_z(t->a, arena_printf(t->a, "address = 'join:%.*s'",
						     STR_F(arena_lower(
							     t->a, str_from(c->goes))))))
	      == 1);
	str token = letter_token(letter_to(t, c->goes, "/confirm/"));
	clear(t);
	CHECK(ok(confirm_press(&t->books, t->a, token, &press, &done)) && !done.waits);
	CHECK(books_count(t, "member", "key = 'zoe@far.example'") == 1);
	CHECK(books_count(t, "address", "key = 'zoe@far.example' AND verified_at > 0")
	      == c->proven);
	BOOKS_MUST(t, member_end(&t->books, t->a, books_entry(t, ALL),
				 STR("zoe@far.example"), false, &t->by));
	BOOKS_MUST(t, book_run(t->books.lists,
			       "UPDATE address SET verified_at = 0 WHERE key = "
			       "'zoe@far.example'"));
	clear(t);
}

/* Whoever reads what goes to another mailbox has shown nothing about the member's; nor may
 * a list's owner choose whose mailbox that is. */
static void test_letters_elsewhere(struct books_test *t)
{
	for (size_t i = 0; i < sizeof letter_cases / sizeof *letter_cases; i++)
		check_letter(t, &letter_cases[i]);
}

/* The language is all lists': who runs the member does not choose it. */
static void test_set_elsewhere(struct books_test *t)
{
	static const struct assignment set[] = { { STR("acknowledge"), STR("yes") },
						 { STR("language"), STR("fr") } };
	struct press press = { .choice = STR(""), .reason = STR(""), .by = t->by };
	struct pressed done;
	books_set(t, ALL, "umbrella_member_suffix", "-owner");
	books_member(t, books_entry(t, ALL), "zoe@far.example");
	clear(t);
	for (size_t n = 1; n <= 2; n++) {
		BOOKS_MUST(t, member_ask_set(&t->books, t->a, books_entry(t, ALL),
					     STR("zoe@far.example"), set, n));
		str token = letter_token(
			letter_to(t, "zoe-owner@far.example", "/confirm/"));
		clear(t);
		err e = confirm_press(&t->books, t->a, token, &press, &done);
		CHECK(e.kind == (n == 1 ? ERR_NONE : ERR_DENIED));
	}
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	test_names(a);
	books_list(&t, DEV);
	books_list(&t, OPS);
	books_list(&t, QA);
	static const struct {
		const char *list, *member;
	} on[] = {
		{ DEV, "anna@uni.example" }, { DEV, "bob@lab.example" },
		{ OPS, "anna@uni.example" }, { OPS, "bob@lab.example" },
		{ OPS, "carl@lab.example" }, { QA, "dora@lab.example" },
		{ QA, "bob@lab.example" },
	};
	for (size_t i = 0; i < sizeof on / sizeof *on; i++)
		books_member(&t, books_entry(&t, on[i].list), on[i].member);
	test_crossed(&t);
	test_excluded(&t);
	test_included(&t);
	test_umbrella(&t);
	test_letters(&t);
	test_letters_elsewhere(&t);
	test_set_elsewhere(&t);
	books_end(&t);
	return check_done();
}
