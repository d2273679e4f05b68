/* lists/complaint_named.c: of copies that several members share, whose complaint counts; and
 * each way of making one up. */
#include "letters.h"

#include "base/clock.h"
#include "lists/score_run.h"

#define DEV        "dev@lists.example"

#define PROVEN(by) "{\"aligned\":true,\"dmarc\":{\"by\":\"" by "\"}}"

static const struct told {
	const char *what, *from, *trust, *rcpt, *to, *returns;
	bool off;
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

static void turn_on(struct books_test *t, int64_t id)
{
	struct member_row m = member(t, id);
	m.delivery = STR("regular");
	m.off_by = STR("");
	CHECK(ok(member_change(t->books.lists, &m)));
}

/* Who is turned off by it, of the two. */
static int turned_off(struct books_test *t, const struct told *x, const int64_t both[2])
{
	int off = 0;
	turn_on(t, both[0]);
	turn_on(t, both[1]);
	CHECK(ok(books_arrives_as(t, "", "dev-owner@lists.example", named_report(t, x),
				  x->trust))
	      && run(t));
	for (int k = 0; k < 2; k++)
		off += str_eq(member(t, both[k]).off_by, STR("complaint"));
	return off;
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
	for (int own = 0; own < 2; own++) {
		books_set(&t, DEV, "personal_copies", own ? "yes" : "no");
		for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
			int off = turned_off(&t, &named[i], both);
			if (off != (named[i].off && !own))
				fprintf(stderr, "  %s: %d\n", named[i].what, off);
			CHECK(off == (named[i].off && !own));
		}
	}
	books_end(&t);
	return check_done();
}
