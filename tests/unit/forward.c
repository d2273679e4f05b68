#include "letters.h"

#include "lists/forward.h"
#include "mail/header.h"
#include "mail/retpath.h"
#include "store/lists/alias.h"

#define DEV "dev@lists.example"

static const char MAIL[] =
	"From: anna@uni.example\r\nTo: bugs@lists.example\r\nMessage-ID: "
	"<1@x>\r\nSubject: s\r\n\r\nbody\r\n";

static void test_alias(struct books_test *t)
{
	struct outbound_message m;
	struct address path;
	str sender;
	CHECK(ok(books_arrives(t, "anna@uni.example", "bugs@lists.example",
			       str_from(MAIL))));
	str body = books_newest(t, &m);
	CHECK(str_eq(books_owed(t), STR("bob@lab.example carl@else.example")));
	CHECK(str_eq(m.kind, STR("forward")) && m.complete && !m.verp
	      && m.inbound == t->arrival);
	CHECK(str_eq(m.message_id, STR("1@x")) && str_eq(m.subject, STR("s")));
	/* The message itself as it came; the path comes back to us. */
	CHECK(str_eq(body, arena_cat(t->a, STR("Delivered-To: bugs@lists.example\r\n"),
				     str_from(MAIL))));
	CHECK(str_istarts(m.reverse_path, STR("SRS0="))
	      && str_ends(m.reverse_path, STR("@lists.example")));
	CHECK(ok(address_parse(t->a, m.reverse_path, &path)));
	CHECK(ok(srs_reverse(t->a, &t->books.mac, &path, clock_now(), &sender))
	      && str_eq(sender, STR("anna@uni.example")));
	CHECK(str_eq(books_noted(t, "queued"), STR("forward to 2 recipients")));
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
	/* Its bounce finds the way back, with the null path. */
	str report = STR(
		"From: mailer-daemon@lab.example\r\nSubject: failed\r\n\r\nno\r\n");
	CHECK(ok(books_arrives_as(t, "", arena_z(t->a, m.reverse_path), report, "{}")));
	books_newest(t, &m);
	CHECK(str_eq(books_owed(t), STR("anna@uni.example")) && !m.reverse_path.n);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

/* A return path that SRS makes too long: the mail comes, and its bounce goes nowhere. */
static void test_long_path(struct books_test *t)
{
	struct outbound_message m;
	const char *verp =
		"bounces+1234567-ab12-bugs=lists.example.org@mail.shop.example";
	CHECK(ok(books_arrives(t, verp, "bugs@lists.example", str_from(MAIL))));
	books_newest(t, &m);
	CHECK(str_eq(m.kind, STR("forward")) && !m.reverse_path.n
	      && books_count(t, "delivery", "1") == 2);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

static void test_null_path(struct books_test *t)
{
	struct outbound_message m;
	CHECK(ok(books_arrives_as(t, "", "bugs@lists.example", str_from(MAIL), "{}")));
	books_newest(t, &m);
	CHECK(!m.reverse_path.n && books_count(t, "delivery", "1") == 2);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

/* A forged way back goes nowhere, is not tried for ever, and writes to nobody. */
static void test_forged_srs(struct books_test *t)
{
	int64_t before = books_count(t, "message", "1"), left;
	CHECK(ok(books_arrives_as(t, "",
				  "SRS0=aaaa=bb=other.example=victim@lists.example",
				  str_from(MAIL), "{}")));
	CHECK(books_count(t, "message", "1") == before);
	CHECK(ok(inbound_count(t->books.inbound, &left)) && left == 0);
	CHECK(books_noted(t, "refused").n > 0);
}

static void test_loop(struct books_test *t)
{
	int64_t before = books_count(t, "message", "1");
	str again = arena_cat(
		t->a, STR("Received: by x\r\nDelivered-To: BUGS@lists.example\r\n"),
		str_from(MAIL));
	CHECK(ok(books_arrives(t, "anna@uni.example", "bugs@lists.example", again)));
	CHECK(books_count(t, "message", "1") == before);
	CHECK(holds(books_noted(t, "discarded"), "a loop"));
	again = arena_cat(t->a, STR("Delivered-To: other@lists.example\r\n"),
			  str_from(MAIL));
	CHECK(ok(books_arrives(t, "anna@uni.example", "bugs@lists.example", again)));
	CHECK(books_count(t, "message", "1") == before + 1);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

static void test_roles(struct books_test *t)
{
	static const struct {
		const char *to, *owed;
	} cases[] = {
		{ "postmaster@lists.example", "admin@boss.example" },
		{ "Abuse@lists.example", "admin@boss.example" },
		{ "dev-owner@lists.example", "olga@uni.example" },
		{ "orphan-owner@lists.example", "admin@boss.example" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK(ok(books_arrives(t, "anna@uni.example", cases[i].to,
				       str_from(MAIL))));
		CHECK(str_eq(books_owed(t), str_from(cases[i].owed)));
		BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
	}
}

/* The same arrival twice, as after a crash: one message. */
static void test_once(struct books_test *t)
{
	struct inbound_recipient to = { .address = STR("bugs@lists.example"),
					.notify = STR(""),
					.orcpt = STR("") };
	struct inbound_message m = books_accept(
		t, "anna@uni.example", "bugs@lists.example", str_from(MAIL), ALIGNED);
	struct address x = books_box(t, "bugs@lists.example").address;
	struct forward f = {
		.arrival = &m, .message = str_from(MAIL), .to = &to, .to_count = 1
	};
	struct meaning what = addressbook_find(t->books.addresses, t->a, &x);
	int64_t before = books_count(t, "message", "1"), sum;
	for (int i = 0; i < 3; i++)
		CHECK(ok(forward_alias(&t->books, t->a, &f, what.alias)));
	CHECK(books_count(t, "message", "1") == before + 1
	      && books_count(t, "delivery", "1") == 2);
	bool found;
	BOOKS_MUST(t, book_number(t->books.outbound, &sum, &found,
				  "SELECT sum(recipients) FROM budget WHERE sender = "
				  "'alias:bugs@lists.example from 192.0.2.0'"));
	CHECK(ok(arrival_sort(&t->books, t->a, &m))
	      && books_count(t, "message", "1") == before + 1);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

static void test_flood(struct books_test *t)
{
	BOOKS_MUST(t, book_run(t->books.outbound,
			       "INSERT INTO budget VALUES "
			       "('alias:bugs@lists.example from 192.0.2.0', "
			       "?1, 500) ON CONFLICT DO UPDATE SET recipients = 500",
			       SQL_I(clock_now() / 3600)));
	for (int i = 0; i < 2; i++)
		CHECK(ok(books_arrives(t, "anna@uni.example", "bugs@lists.example",
				       str_from(MAIL))));
	CHECK(books_count(t, "message", "frozen = 1") == 2
	      && books_count(t, "delivery", "held = 2") == 4);
	CHECK(letter_to(t, "admin@boss.example", "bugs@lists.example").n);
	CHECK(books_count(t, "message", "source LIKE 'spike/%'") == 1);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM budget"));
}

/* A person's own mail to other sites: one message for all of them, within a budget. */
static void test_submission(struct books_test *t)
{
	struct outbound_message m;
	struct person_row p;
	int64_t anna = books_person(t, "anna@uni.example");
	CHECK(ok(person_get(t->books.lists, t->a, anna, &p)));
	p.send_budget = 3;
	CHECK(ok(person_change(t->books.lists, &p)));
	struct inbound_message in = { .received_at = clock_now_ms(),
				      .reverse_path = STR("anna@uni.example"),
				      .client = STR("192.0.2.1"),
				      .helo = STR("x"),
				      .protocol = STR("ESMTPSA"),
				      .account = anna,
				      .trust = STR("{\"account\":true}"),
				      .envid = STR("E1"),
				      .ret = STR("HDRS"),
				      .size = sizeof MAIL - 1,
				      .body = str_from(MAIL),
				      .file = STR("") };
	struct inbound_recipient to[] = {
		{ .address = STR("x@else.example"),
		  .notify = STR("SUCCESS,FAILURE"),
		  .orcpt = STR("rfc822;x@else.example") },
		{ .address = STR("y@Else.Example"), .notify = STR(""), .orcpt = STR("") },
		{ .address = STR("bugs@lists.example"),
		  .notify = STR(""),
		  .orcpt = STR("") },
	};
	CHECK(ok(inbound_add(t->books.inbound, &in, to, 3))
	      && ok(arrival_sort(&t->books, t->a, &in)));
	CHECK(books_count(t, "message",
			  "kind = 'submission' AND frozen = 0 AND ret = 'HDRS' AND "
			  "envid = 'E1'")
	      == 2); /* what goes by an alias is signed, too */
	CHECK(books_count(t, "delivery",
			  "destination = 'else.example' AND notify = 'SUCCESS,FAILURE'")
	      == 1);
	CHECK(books_count(t, "delivery", "destination = 'else.example'")
	      == 3); /* carl of bugs@, too */
	CHECK(books_count(t, "message",
			  "kind = 'submission' AND reverse_path = 'anna@uni.example'")
	      == 1);
	in.id = 0;
	CHECK(ok(inbound_add(t->books.inbound, &in, to, 2))
	      && ok(arrival_sort(&t->books, t->a, &in)));
	CHECK(books_count(t, "message", "kind = 'submission' AND frozen = 1") == 1);
	/* The account is gone before its mail was dealt with: the sender is told. */
	CHECK(ok(inbound_add(t->books.inbound, &in, to, 1))
	      && ok(person_remove(t->books.lists, anna)));
	CHECK(ok(arrival_sort(&t->books, t->a, &in)));
	books_newest(t, &m);
	CHECK(str_eq(m.kind, STR("dsn"))
	      && books_count(t, "message", "kind = 'submission'") == 3);
	int64_t left;
	CHECK(ok(inbound_count(t->books.inbound, &left)) && left == 0);
}

/* Spelled in a hundred ways it is one address, with one copy and one budget; and a report
 * that is asked for would go to whom the return path names, so that must be proven. */
static void test_reports(struct books_test *t)
{
	struct inbound_message in = { .received_at = clock_now_ms(),
				      .reverse_path = STR("victim@far.example"),
				      .client = STR("192.0.2.1"),
				      .helo = STR("x"),
				      .protocol = STR("ESMTP"),
				      .envid = STR(""),
				      .ret = STR("FULL"),
				      .size = sizeof MAIL - 1,
				      .body = str_from(MAIL),
				      .file = STR("") };
	struct inbound_recipient to[] = {
		{ .address = STR("postmaster@lists.example"),
		  .notify = STR("SUCCESS"),
		  .orcpt = STR("rfc822;victim@far.example") },
		{ .address = STR("PostMaster@Lists.Example"),
		  .notify = STR("SUCCESS"),
		  .orcpt = STR("") },
	};
	static const struct {
		const char *trust, *message, *delivery;
	} cases[] = {
		{ "{\"spf\":\"fail\"}", "ret = 'HDRS'",
		  "notify = 'NEVER' AND orcpt = ''" },
		{ "{}", "ret = 'HDRS'", "notify = 'NEVER' AND orcpt = ''" },
		/* somebody else's signature, under the victim's return path */
		{ "{\"spf\":\"none\",\"aligned\":true}", "ret = 'HDRS'",
		  "notify = 'NEVER' AND orcpt = ''" },
		{ "{\"spf\":\"pass\"}", "ret = 'FULL'", "notify = 'SUCCESS'" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
		BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM message"));
		in.id = 0;
		in.trust = str_from(cases[i].trust);
		CHECK(ok(inbound_add(t->books.inbound, &in, to, 2))
		      && ok(arrival_sort(&t->books, t->a, &in)));
		CHECK(books_count(t, "message", "1") == 1
		      && books_count(t, "message", cases[i].message) == 1);
		CHECK(books_count(t, "delivery", "1") == 1
		      && books_count(t, "delivery", cases[i].delivery) == 1);
	}
}

/* What bears a signature that holds, or may, leaves as it is or not at all; a bounce in
 * whatever form the server takes. */
static void test_signed(struct books_test *t)
{
	static const struct {
		const char *to, *trust;
		bool as_is;
	} cases[] = {
		{ "bugs@lists.example", "{\"dkim\":[{\"result\":\"pass\"}]}", true },
		{ "bugs@lists.example",
		  "{\"dkim\":[{\"result\":\"fail\"},{\"result\":\"temperror\"}]}", true },
		{ "dev-owner@lists.example", "{\"dkim\":[{\"result\":\"pass\"}]}", true },
		{ "bugs@lists.example", "{\"dkim\":[{\"result\":\"fail\"}]}", false },
		{ "bugs@lists.example", "{\"dkim\":[]}", false },
		{ "bugs@lists.example", "{\"local\":true}", false },
	};
	struct outbound_message m;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK(ok(books_arrives_as(t, "anna@uni.example", cases[i].to,
					  str_from(MAIL), cases[i].trust)));
		books_newest(t, &m);
		CHECK(str_eq(m.kind, STR("forward")));
		CHECK(m.author_signed == cases[i].as_is);
	}
	CHECK(ok(books_arrives(t, "anna@uni.example", "bugs@lists.example",
			       str_from(MAIL))));
	books_newest(t, &m);
	CHECK(ok(books_arrives_as(t, "", arena_z(t->a, m.reverse_path), str_from(MAIL),
				  cases[0].trust)));
	books_newest(t, &m);
	CHECK(str_eq(m.kind, STR("forward")) && !m.author_signed);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

/* A return path of ours passes SPF for our organization, the null path by HELO: who is not
 * proven to be of it keeps no From there. */
static void test_lent(struct books_test *t)
{
	static const char none[] =
		"{\"dns\":[{\"name\":\"_dmarc.lists.example\",\"type\":"
		"\"TXT\",\"status\":\"nodata\"},{\"name\":\"_dmarc."
		"example\",\"type\":\"TXT\",\"status\":\"nodata\"}]}";
	static const struct {
		const char *from, *reverse_path, *to, *trust, *becomes, *reply_to;
	} cases[] = {
		{ "Boss <boss@lists.example>", "eve@far.example", "bugs@lists.example",
		  "{}", "Boss via bugs <bugs@lists.example>",
		  "Boss <boss@lists.example>" },
		{ "Boss <boss@lists.example>", "", "bugs@lists.example", "{}",
		  "Boss via bugs <bugs@lists.example>", "Boss <boss@lists.example>" },
		{ "Boss <boss@lists.example>", "eve@far.example", "bugs@lists.example",
		  none, "Boss via bugs <bugs@lists.example>",
		  "Boss <boss@lists.example>" },
		{ "Boss <boss@dept.lists.example>", "eve@far.example",
		  "dev-owner@lists.example", "{}",
		  "Boss via dev-owner <dev-owner@lists.example>",
		  "Boss <boss@dept.lists.example>" },
		{ "Boss <boss@lists.example>", "eve@far.example",
		  "postmaster@lists.example", "{}",
		  "Boss via postmaster <postmaster@lists.example>",
		  "Boss <boss@lists.example>" },
		{ "a@lists.example, b@lists.example", "eve@far.example",
		  "bugs@lists.example", "{}", "Somebody via bugs <bugs@lists.example>",
		  "" },
		{ "Boss <boss@lists.example>", "eve@far.example", "bugs@lists.example",
		  "{\"aligned\":true}", "Boss <boss@lists.example>", "" },
		{ "Boss <boss@lists.example>", "eve@far.example", "bugs@lists.example",
		  "{\"local\":true}", "Boss <boss@lists.example>", "" },
		{ "Boss <boss@far.example>", "eve@far.example", "bugs@lists.example",
		  "{}", "Boss <boss@far.example>", "" },
	};
	struct outbound_message m;
	struct header h;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str mail = arena_cat(t->a, STR("From: "), str_from(cases[i].from),
				     STR("\r\nDKIM-Signature: v=1; d=far.example\r\n"
					 "Subject: s\r\n\r\nbody\r\n"));
		CHECK(ok(books_arrives_as(t, cases[i].reverse_path, cases[i].to, mail,
					  cases[i].trust)));
		str body = books_newest(t, &m);
		bool ours = !str_eq(str_from(cases[i].becomes), str_from(cases[i].from));
		CHECK(ok(header_scan(t->a, body, &h))
		      && header_count(&h, STR("From")) == 1);
		str from = header_value(t->a, header_find(&h, STR("From")));
		if (!str_eq(from, str_from(cases[i].becomes)))
			fprintf(stderr, "  %zu: %.*s\n", i, STR_F(from));
		CHECK(str_eq(from, str_from(cases[i].becomes)));
		CHECK(str_eq(header_value(t->a, header_find(&h, STR("Reply-To"))),
			     str_from(cases[i].reply_to)));
		CHECK(ours
		      == str_eq(
			      header_value(t->a, header_find(&h, STR("X-Original-From"))),
			      str_from(cases[i].from)));
		CHECK(ours == !header_find(&h, STR("DKIM-Signature")));
		CHECK(str_eq(m.kind, ours ? STR("rewritten") : STR("forward")));
		CHECK(ours == holds(books_noted(t, "queued"), "take our own proof"));
		CHECK(m.size == (int64_t)body.n && str_eq(h.body, STR("body\r\n")));
	}
	/* and what comes back at a return path of ours */
	CHECK(ok(books_arrives(t, "anna@uni.example", "bugs@lists.example",
			       str_from(MAIL))));
	books_newest(t, &m);
	CHECK(ok(books_arrives_as(t, "", arena_z(t->a, m.reverse_path),
				  STR("From: Boss <boss@lists.example>\r\n\r\nno\r\n"),
				  "{}")));
	str body = books_newest(t, &m);
	CHECK(holds(body, "From: Boss via postmaster <postmaster@lists.example>\r\n")
	      && !holds(body, "Reply-To:") && !m.reverse_path.n);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	str targets[] = { STR("bob@lab.example"), STR("carl@else.example") };
	books_role(&t, books_list(&t, DEV), "olga@uni.example", "owner");
	books_role(&t, books_entry(&t, DEV), "max@uni.example", "moderator");
	books_list(&t, "orphan@lists.example");
	BOOKS_MUST(&t,
		   alias_set(t.books.lists, STR("bugs@lists.example"), targets, 2, 1));
	BOOKS_MUST(&t, books_refresh(&t.books));
	test_alias(&t);
	test_long_path(&t);
	test_null_path(&t);
	test_forged_srs(&t);
	test_loop(&t);
	test_roles(&t);
	test_once(&t);
	test_flood(&t);
	test_signed(&t);
	test_lent(&t);
	test_submission(&t);
	test_reports(&t);
	books_end(&t);
	return check_done();
}
