/* What came back by mail: reports and complaints, whom their tag names, and what nobody can
 * read. */
#include "bounced.h"

#include "mail/retpath.h"

static str report(struct books_test *t, const char *address, const char *action,
		  const char *id)
{
	return arena_cat(
		t->a,
		STR("From: mailer-daemon@uni.example\r\nContent-Type: multipart/report; "
		    "report-type=delivery-status; boundary=b\r\n\r\n"
		    "--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: "
		    "message/delivery-status\r\n\r\n"
		    "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; "),
		str_from(address), STR("\r\nAction: "), str_from(action),
		STR("\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 gone\r\n\r\n"
		    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <"),
		str_from(id), STR(">\r\n\r\n--b--\r\n"));
}

static bool reports(struct books_test *t, str path, str message)
{
	return ok(books_arrives_as(t, "", arena_z(t->a, path), message, "{}"));
}

static void test_report(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "mailed@uni.example");
	int64_t message = post(t, "mailed@x"), entries;
	str path = retpath_make(t->a, &t->books.mac, STR(DEV), id);
	struct ledger_entry *e;
	size_t n;
	today = clock_now();
	CHECK(reports(t, path, report(t, "mailed@uni.example", "failed", "mailed@x")));
	CHECK(ok(ledger_by_message(t->books.outbound, t->a, message, 0, 100, &e, &n)));
	CHECK(n > 0 && str_eq(e[n - 1].what, STR("bounced"))
	      && str_eq(e[n - 1].class, STR("mailbox")) && e[n - 1].report == t->arrival);
	CHECK(run(t) && member(t, id).bounce_score == 1);
	/* the same arrival once more, as after a crash before it was ticked off */
	struct inbound_message again = { .id = t->arrival,
					 .received_at = clock_now_ms(),
					 .reverse_path = STR(""),
					 .body = report(t, "mailed@uni.example", "failed",
							"mailed@x") };
	entries = books_count(t, "event", "report > 0");
	CHECK(ok(inbound_add(t->books.inbound, &again,
			     &(struct inbound_recipient){ .address = path }, 1)));
	BOOKS_MUST(t, book_run(t->books.outbound,
			       "UPDATE event SET report = ?1 WHERE report "
			       "> 0",
			       SQL_I(again.id)));
	CHECK(ok(arrival_sort(&t->books, t->a, &again)));
	CHECK(books_count(t, "event", "report > 0") == entries);

	static const char *const harmless[] = { "delivered", "delayed", "relayed" };
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		CHECK(reports(t, path,
			      report(t, "mailed@uni.example", harmless[i], "mailed@x")));
	CHECK(reports(t, path,
		      STR("From: mailed@uni.example\r\nSubject: away\r\n"
			  "Auto-Submitted: auto-replied\r\n\r\nback soon\r\n")));
	CHECK(books_count(t, "event", "report > 0") == entries);
	CHECK(holds(books_noted(t, "discarded"), "no bounce"));
}

static void test_bare(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "bare@uni.example");
	int64_t message = post(t, "bare@x"),
		before = books_count(t, "event", "report > 0");
	str bare = STR("dev-bounces@lists.example");
	CHECK(reports(t, bare, report(t, "bare@uni.example", "failed", "bare@x")));
	CHECK(books_count(t, "event", "report > 0") == before); /* it never went there */
	struct ledger_entry went = { .at = clock_now_ms(),
				     .message = message,
				     .recipient = STR("bare@uni.example"),
				     .member = id,
				     .what = STR("delivered") };
	BOOKS_MUST(t, ledger_add(t->books.outbound, &went, 1));
	CHECK(reports(t, bare, report(t, "bare@uni.example", "failed", "other@x")));
	CHECK(reports(t, bare, report(t, "nobody@uni.example", "failed", "bare@x")));
	CHECK(books_count(t, "event", "report > 0") == before);
	CHECK(reports(t, bare, report(t, "bare@uni.example", "failed", "bare@x")));
	CHECK(books_count(t, "event", "report > 0") == before + 1);
	CHECK(run(t) && member(t, id).bounce_score == 1);
}

static const char FORGED[] = "{\"dmarc\":{\"result\":\"fail\",\"policy\":\"reject\"}}";

/* What DMARC says of a report's From: nothing where the tag proves that it is about mail of
 * ours; at the bare address it is then no report that counts. */
static void test_dmarc(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "dmarc@uni.example");
	int64_t message = post(t, "dmarc@x"), entries;
	str path = retpath_make(t->a, &t->books.mac, STR(DEV), id);
	str failed = report(t, "dmarc@uni.example", "failed", "dmarc@x");
	struct ledger_entry went = { .at = clock_now_ms(),
				     .message = message,
				     .recipient = STR("dmarc@uni.example"),
				     .member = id,
				     .what = STR("delivered") };
	BOOKS_MUST(t, ledger_add(t->books.outbound, &went, 1));
	/* a tag of another's, and none */
	str wrong = arena_cat(t->a, str_first(path, path.n - 16), STR("x@lists.example"));
	entries = books_count(t, "event", "report > 0 AND class <> ''");
	CHECK(ok(books_arrives_as(t, "", arena_z(t->a, wrong), failed, FORGED)));
	CHECK(ok(books_arrives_as(t, "", "dev-bounces@lists.example", failed, FORGED)));
	CHECK(books_count(t, "event", "report > 0 AND class <> ''") == entries);
	CHECK(run(t) && member(t, id).bounce_score == 0);
	CHECK(ok(books_arrives_as(t, "", arena_z(t->a, path), failed, FORGED)));
	CHECK(books_count(t, "event", "report > 0 AND class <> ''") == entries + 1);
	CHECK(run(t) && member(t, id).bounce_score == 1);
}

static void test_probe_report(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "probed@uni.example");
	str path = retpath_probe(t->a, &t->books.mac, STR(DEV), id);
	struct member_row m = member(t, id);
	CHECK(reports(t, path, report(t, "probed@uni.example", "failed", "p@x"))
	      && run(t));
	CHECK(str_eq(member(t, id).delivery, STR("regular"))); /* no probe is out */
	m.probe_at = clock_now() - DAY;
	CHECK(ok(member_bounced(t->books.lists, &m)));
	CHECK(reports(t, path, report(t, "probed@uni.example", "failed", "p@x"))
	      && run(t));
	CHECK(str_eq(member(t, id).off_by, STR("bounces")));
}

/* ---- complaints by mail: the tag decides, and the type */

static str complaint(struct books_test *t, const char *type, str path, str unsubscribe)
{
	return arena_cat(
		t->a,
		STR("From: fbl@far.example\r\nContent-Type: multipart/report; "
		    "report-type=feedback-report; boundary=b\r\n\r\n--b\r\n"
		    "Content-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Type: "
		    "message/feedback-report\r\n\r\nVersion: 1\r\nUser-Agent: far/1\r\n"
		    "Feedback-Type: "),
		str_from(type), STR("\r\nOriginal-Mail-From: <"), path,
		STR(">\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
		    "List-Id: dev <dev.lists.example>\r\nList-Unsubscribe: "),
		unsubscribe, STR("\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"));
}

static void test_complaints(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "fbl@uni.example");
	str path = retpath_make(t->a, &t->books.mac, STR(DEV), id), none = STR("<x:y>");
	str token = leave_token(t->a, &t->books.mac, STR(DEV), id);
	str link = arena_cat(t->a, STR("<https://lists.example/lists/dev/leave?m="),
			     token, STR(">,\r\n <mailto:x@y.example>"));
	str wrong = STR("<https://lists.example/lists/dev/leave?m=1.aaaaaaaaaaaaaaaa>");
	struct {
		const char *type, *to;
		str path, link;
		bool off;
	} cases[] = {
		{ "not-spam", "dev-owner@lists.example", path, link, false },
		{ "auth-failure", "abuse@lists.example", path, link, false },
		{ "abuse", "abuse@lists.example", STR("x@y.example"), wrong, false },
		{ "abuse", "abuse@lists.example", STR("dev-bounces@lists.example"), none,
		  false },
		{ "abuse", "dev-owner@lists.example", path, none, true },
		{ "opt-out", "abuse@lists.example", none, link, true },
		{ "abuse", "dev-bounces@lists.example", none, link, true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct member_row m = member(t, id);
		m.delivery = STR("regular");
		m.off_by = STR("");
		CHECK(ok(member_change(t->books.lists, &m)));
		CHECK(ok(books_arrives_as(
			      t, "", cases[i].to,
			      complaint(t, cases[i].type, cases[i].path, cases[i].link),
			      "{}"))
		      && run(t));
		bool off = str_eq(member(t, id).off_by, STR("complaint"));
		CHECK(off == cases[i].off);
		if (off != cases[i].off)
			fprintf(stderr, "  complaint %zu\n", i);
	}
	/* abuse@ is read by a person all the same */
	CHECK(books_count(t, "delivery", "recipient = 'admin@boss.example'") >= 3);
	CHECK(books_count(t, "event", "what = 'complained'") == 3);
}

/* Where the list says they go. */
static void test_unread(struct books_test *t)
{
	static const struct {
		const char *where, *to;
	} cases[] = { { "administrators", "olga@uni.example" },
		      { "site_owner", "admin@boss.example" },
		      { "discard", NULL } };
	int64_t id = books_member(t, books_entry(t, DEV), "odd@uni.example");
	str path = retpath_make(t->a, &t->books.mac, STR(DEV), id);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		books_set(t, DEV, "forward_unrecognized_bounces_to", cases[i].where);
		int64_t before = books_count(t, "message", "kind = 'forward'");
		CHECK(reports(t, path, STR("Subject: hm\r\n\r\nwe wonder\r\n")));
		int64_t after = books_count(t, "message", "kind = 'forward'");
		CHECK(after - before == (cases[i].to ? 1 : 0));
		if (cases[i].to)
			CHECK(holds(books_owed(t), cases[i].to));
	}
	CHECK(holds(books_noted(t, "discarded"), "cannot be read"));
	/* the tag opens the owners' door, whatever DMARC says, and no other address does */
	books_set(t, DEV, "forward_unrecognized_bounces_to", "administrators");
	str odd = STR("Subject: hm\r\n\r\nwe wonder\r\n");
	int64_t before = books_count(t, "message", "kind = 'forward'");
	CHECK(ok(books_arrives_as(t, "", arena_z(t->a, path), odd, FORGED)));
	CHECK(books_count(t, "message", "kind = 'forward'") == before + 1);
	CHECK(ok(books_arrives_as(t, "", "dev-bounces@lists.example", odd, FORGED)));
	CHECK(ok(books_arrives_as(t, "x@y.example", arena_z(t->a, path), odd, FORGED)));
	CHECK(books_count(t, "message", "kind = 'forward'") == before + 1);
}

int main(void)
{
	ARENA(a);
	struct books_test t = bounced_books(a);
	test_report(&t);
	test_bare(&t);
	test_dmarc(&t);
	test_probe_report(&t);
	test_complaints(&t);
	test_unread(&t);
	books_end(&t);
	return check_done();
}
