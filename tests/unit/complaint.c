/* lists/complaint_named.c: of copies that several members share, whose complaint is heard; and
 * each way of making one up. */
#include "letters.h"

#include "base/clock.h"
#include "lists/score_run.h"

#define DEV        "dev@lists.example"

#define PROVEN(by) "{\"aligned\":true,\"dmarc\":{\"by\":\"" by "\"}}"

static const struct told {
	const char *what, *from, *trust, *rcpt, *to, *returns;
	bool heard; /* as the member's */
} named[] = {
	{ "what its own server says", "abuse@uni.example", PROVEN("uni.example"),
	  "shared@uni.example", DEV, "shared@x", true },
	{ "or that above", "Postmaster@uni.example", PROVEN("uni.example"),
	  "low@cs.uni.example", DEV, "shared@x", true },
	{ "or of whom it was to", "abuse@uni.example", PROVEN("uni.example"), NULL,
	  "Shared@uni.example", "shared@x", true },
	/* forgeries */
	{ "no proof", "abuse@uni.example", "{}", "shared@uni.example", DEV, "shared@x",
	  false },
	{ "a proof that does not hold", "abuse@uni.example",
	  "{\"aligned\":false,\"dmarc\":{\"by\":\"uni.example\"}}", "shared@uni.example",
	  DEV, "shared@x", false },
	{ "another's", "abuse@evil.example", PROVEN("evil.example"), "shared@uni.example",
	  DEV, "shared@x", false },
	{ "another's in its name", "abuse@uni.example", PROVEN("evil.example"),
	  "shared@uni.example", DEV, "shared@x", false },
	{ "a host of its domain", "abuse@vm.uni.example", PROVEN("vm.uni.example"),
	  "shared@uni.example", DEV, "shared@x", false },
	{ "that signs for all of it", "abuse@uni.example", PROVEN("vm.uni.example"),
	  "shared@uni.example", DEV, "shared@x", false },
	{ "a user beside the member", "eve@uni.example", PROVEN("uni.example"),
	  "shared@uni.example", DEV, "shared@x", false },
	{ "a registry", "abuse@example", PROVEN("example"), "shared@uni.example", DEV,
	  "shared@x", false },
	{ "no post of ours", "abuse@uni.example", PROVEN("uni.example"),
	  "shared@uni.example", DEV, "unknown@x", false },
	{ "one that went to others", "abuse@uni.example", PROVEN("uni.example"),
	  "shared@uni.example", DEV, "others@x", false },
	{ "who is no member", "abuse@uni.example", PROVEN("uni.example"),
	  "nobody@uni.example", DEV, "shared@x", false },
	{ "several", "abuse@uni.example", PROVEN("uni.example"), NULL,
	  "shared@uni.example, low@cs.uni.example", "shared@x", false },
	{ "nobody", "abuse@uni.example", PROVEN("uni.example"), NULL, DEV, "shared@x",
	  false },
};

static str named_report(struct books_test *t, const struct told *x)
{
	str rcpt = x->rcpt ? arena_cat(t->a, STR("Original-Rcpt-To: <"),
				       str_from(x->rcpt), STR(">\r\n"))
			   : STR("");
	return arena_cat(
		t->a, STR("From: "), str_from(x->from),
		STR("\r\nContent-Type: multipart/report; report-type=feedback-report; "
		    "boundary=b\r\n\r\n--b\r\nContent-Type: "
		    "message/feedback-report\r\n\r\n"
		    "Version: 1\r\nUser-Agent: far/1\r\nFeedback-Type: abuse\r\n"),
		rcpt,
		STR("\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
		    "List-Id: dev <dev.lists.example>\r\nTo: "),
		str_from(x->to), STR("\r\nMessage-ID: <"), str_from(x->returns),
		STR(">\r\n\r\nx\r\n--b--\r\n"));
}

static int64_t post(struct books_test *t, const char *id)
{
	struct outbound_message m;
	BOOKS_MUST(t,
		   books_arrives(t, "anna@author.example", DEV,
				 books_mail(t->a, "anna@author.example", DEV, id, id)));
	books_newest(t, &m);
	return m.id;
}

/* As send writes it. */
static void came_to(struct books_test *t, int64_t message, int64_t id)
{
	struct ledger_entry e = { .at = clock_now_ms(),
				  .message = message,
				  .recipient = STR("x@y.example"),
				  .member = id,
				  .what = STR("delivered"),
				  .detail = STR("250 ok"),
				  .class = STR(""),
				  .status = STR("") };
	BOOKS_MUST(t, ledger_add(t->books.outbound, &e, 1));
}

static struct member_row member(struct books_test *t, int64_t id)
{
	struct member_row m = { 0 };
	CHECK(ok(member_get(t->books.lists, t->a, id, &m)));
	return m;
}

static bool run(struct books_test *t)
{
	bool more = true;
	while (more)
		if (!ok(score_round(&t->books, t->a, &more)))
			return false;
	return true;
}

/* Whom it is entered of, of the two; nobody is turned off by what others may have written. */
static int64_t entered(struct books_test *t, const struct told *x, const int64_t both[2])
{
	int64_t before = books_count(t, "event", "what = 'complaint-named'");
	CHECK(ok(books_arrives_as(t, "", "dev-owner@lists.example", named_report(t, x),
				  x->trust))
	      && run(t));
	for (int k = 0; k < 2; k++)
		CHECK(!str_eq(member(t, both[k]).delivery, STR("off")));
	return books_count(t, "event", "what = 'complaint-named'") - before;
}

/* A letter a month, however many such reports come, and none where the list wants none. */
static void test_asked(struct books_test *t, const int64_t both[2])
{
	CHECK(letter_to(t, "shared@uni.example", "marked as unwanted").n);
	CHECK(letter_to(t, "low@cs.uni.example", "marked as unwanted").n);
	CHECK(books_count(t, "message", "kind = 'notice' AND subject LIKE 'Do you want%'")
	      == 2);
	CHECK(books_count(t, "bounce", "act = 'asked'") == 2);
	BOOKS_MUST(t,
		   book_run(t->books.lists,
			    "DELETE FROM answered WHERE address GLOB 'complaint of:*'"));
	books_set(t, DEV, "process_complaints", "no");
	CHECK(entered(t, &named[0], both) == 1);
	CHECK(books_count(t, "bounce", "act = 'asked'") == 2);
	books_set(t, DEV, "process_complaints", "yes");
	CHECK(entered(t, &named[0], both) == 1);
	CHECK(books_count(t, "bounce", "act = 'asked'") == 3);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	books_set(&t, DEV, "default_nonmember_action", "accept");
	int64_t both[] = { books_member(&t, books_entry(&t, DEV), "shared@uni.example"),
			   books_member(&t, books_entry(&t, DEV), "low@cs.uni.example") };
	int64_t shared = post(&t, "shared@x"), others = post(&t, "others@x");
	came_to(&t, shared, both[0]);
	came_to(&t, shared, both[1]);
	came_to(&t, others, both[1]);
	for (int own = 1; own >= 0; own--) {
		books_set(&t, DEV, "personal_copies", own ? "yes" : "no");
		for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
			int64_t n = entered(&t, &named[i], both);
			if (n != (named[i].heard && !own))
				fprintf(stderr, "  %s: %lld\n", named[i].what,
					(long long)n);
			CHECK(n == (named[i].heard && !own));
		}
	}
	test_asked(&t, both);
	books_end(&t);
	return check_done();
}
