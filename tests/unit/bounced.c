/* What came back, from the ledger's entry or the report by mail to the membership, in
 * real books; and cut off between any two of them. */
#include "letters.h"

#include "lists/expire.h"
#include "lists/owner.h"
#include "lists/score_run.h"
#include "mail/retpath.h"
#include "store/lists/bounce.h"

#define DEV "dev@lists.example"

enum { DAY = 86400 };

static int64_t today; /* the tests' clock: entries bear it */

static struct member_row member(struct books_test *t, int64_t id)
{
	struct member_row m = { 0 };
	CHECK(ok(member_get(t->books.lists, t->a, id, &m)));
	return m;
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

/* An entry as send writes it. */
static void refuse_as(struct books_test *t, int64_t message, int64_t id,
		      const char *class, const char *status, const char *what)
{
	struct ledger_entry e = { .at = today * 1000,
				  .message = message,
				  .recipient = STR("x@y.example"),
				  .member = id,
				  .what = str_from(what),
				  .detail = arena_cat(t->a, STR("550 "),
						      str_from(status)),
				  .class = str_from(class),
				  .status = str_from(status) };
	BOOKS_MUST(t, ledger_add(t->books.outbound, &e, 1));
}

static void refuse(struct books_test *t, int64_t id, const char *class,
		   const char *status)
{
	refuse_as(t, 0, id, class, status, "refused");
}

static bool run(struct books_test *t)
{
	bool more = true;
	while (more)
		if (!ok(score_round(&t->books, t->a, &more)))
			return false;
	return true;
}

static bool time_passes(struct books_test *t, int64_t days)
{
	today += days * DAY;
	return ok(expire_run(&t->books, t->a, today));
}

/* Five days of unknown user: a probe of its own path, off, warnings, the end. */
static void test_gone(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "gone@uni.example");
	struct outbound_message probe;
	for (int day = 0; day < 5; day++, today += DAY) {
		refuse(t, id, "mailbox", "5.1.1");
		refuse(t, id, "mailbox", "5.1.1");
		refuse(t, id, "policy", "5.7.1");
		CHECK(run(t) && member(t, id).bounce_score == day + 1);
	}
	struct member_row m = member(t, id);
	CHECK(str_eq(m.delivery, STR("regular")) && m.probe_at > 0);
	CHECK(books_count(t, "message", "kind = 'probe'") == 1);
	str letter = books_newest(t, &probe);
	CHECK(str_eq(probe.reverse_path,
		     retpath_probe(t->a, &t->books.mac, STR(DEV), id)));
	CHECK(holds(letter, "Auto-Submitted") && !holds(letter, "{"));
	refuse_as(t, probe.id, id, "mailbox", "5.1.1", "refused");
	CHECK(run(t) && time_passes(t, 0));
	m = member(t, id);
	CHECK(str_eq(m.delivery, STR("off")) && str_eq(m.off_by, STR("bounces")));
	CHECK(m.warnings == 1 && books_count(t, "audit", "what = 'delivery off'") == 1);
	CHECK(holds(letter_to(t, "gone@uni.example", "is turned off"), "550 5.1.1"));
	CHECK(holds(letter_to(t, "olga@uni.example", "gone@uni.example"),
		    "admin/health"));
	CHECK(time_passes(t, 7) && time_passes(t, 0) && member(t, id).warnings == 2);
	CHECK(time_passes(t, 7) && member(t, id).warnings == 3);
	CHECK(holds(letter_to(t, "gone@uni.example", "is turned off"), "the last such"));
	CHECK(time_passes(t, 6) && member(t, id).warnings == 3);
	CHECK(time_passes(t, 1));
	CHECK(member_get(t->books.lists, t->a, id, &m).kind == ERR_NOTFOUND);
	CHECK(letter_to(t, "gone@uni.example", "no longer a member").n > 0);
	CHECK(letter_to(t, "olga@uni.example", "was removed from").n > 0);
	CHECK(books_count(t, "bounce", "address = 'gone@uni.example'") == 16);
}

/* What a server thinks of an author is shown with the author's domain, and is no
 * fault of the member, who is asked by a probe where nothing else comes for long. */
static void test_policy(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "strict@north.example");
	int64_t message = post(t, "policy@x");
	struct bounce_group *g;
	size_t n;
	for (int day = 0; day < 14; day++, today += DAY) {
		refuse_as(t, message, id, "policy", "5.7.1", "refused");
		CHECK(run(t) && member(t, id).bounce_score == 0);
	}
	CHECK(member(t, id).probe_at == 0);
	CHECK(ok(bounced_groups(t->books.lists, t->a, member(t, id).list, STR("policy"),
				0, 10, &g, &n)));
	CHECK(n > 0 && str_eq(g[0].author_domain, STR("author.example"))
	      && str_eq(g[0].domain, STR("north.example")) && g[0].times == 14
	      && g[0].members == 1);
	struct ledger_entry got = { .at = (today - 2 * DAY) * 1000,
				    .recipient = STR("strict@north.example"),
				    .member = id,
				    .what = STR("delivered"),
				    .detail = STR("250 ok") };
	BOOKS_MUST(t, ledger_add(t->books.outbound, &got, 1));
	refuse_as(t, message, id, "policy", "5.7.1", "refused");
	CHECK(run(t) && member(t, id).probe_at == 0 && member(t, id).doubt_at == today);
	today += 14 * DAY; /* nothing came meanwhile */
	refuse_as(t, message, id, "policy", "5.7.1", "refused");
	CHECK(run(t) && member(t, id).probe_at == today);
	CHECK(time_passes(t, 6) && member(t, id).probe_at > 0);
	CHECK(time_passes(t, 1) && member(t, id).probe_at == 0);
	CHECK(str_eq(member(t, id).delivery, STR("regular")));
}

/* A server that refuses all of its members, and their probes, refuses us: nobody is
 * turned off for that. Where another gets mail it does mean the one. */
static void test_against_us(struct books_test *t)
{
	int64_t id[3];
	static const char *const who[] = { "a@block.example", "b@block.example",
					   "c@block.example" };
	for (int i = 0; i < 3; i++) {
		id[i] = books_member(t, books_entry(t, DEV), who[i]);
		refuse(t, id[i], "policy", "5.7.1");
	}
	CHECK(run(t));
	today += 14 * DAY;
	for (int i = 0; i < 3; i++)
		refuse(t, id[i], "policy", "5.7.1");
	CHECK(run(t) && member(t, id[0]).probe_at && member(t, id[2]).probe_at);
	for (int i = 0; i < 3; i++)
		refuse_as(t, 0, id[i], "policy", "5.7.1", "probe-bounced");
	CHECK(run(t));
	for (int i = 0; i < 3; i++)
		CHECK(str_eq(member(t, id[i]).delivery, STR("regular")));
	struct member_row m = member(t, id[2]);
	m.probe_at = m.doubt_at = 0; /* this one gets mail */
	CHECK(ok(member_bounced(t->books.lists, &m)));
	refuse_as(t, 0, id[0], "policy", "5.7.1", "probe-bounced");
	CHECK(run(t) && str_eq(member(t, id[0]).off_by, STR("bounces")));
	int64_t only = books_member(t, books_entry(t, DEV), "only@alone.example");
	refuse(t, only, "policy", "5.7.1");
	CHECK(run(t));
	m = member(t, only);
	m.probe_at = today;
	CHECK(ok(member_bounced(t->books.lists, &m)));
	refuse_as(t, 0, only, "policy", "5.7.1", "probe-bounced");
	CHECK(run(t) && str_eq(member(t, only).off_by, STR("bounces")));
}

/* Where only reports without a tag led to the probe, which anybody can write, a full box
 * and a server that refuses ours prove nothing; an unknown mailbox does. */
static void test_named_alone(struct books_test *t)
{
	static const struct {
		const char *what, *class, *status;
		bool off;
	} cases[] = {
		{ "bounce-named", "full", "4.2.2", false },
		{ "bounce-named", "policy", "5.7.1", false },
		{ "bounce-named", "other", "5.0.0", false },
		{ "bounce-named", "mailbox", "5.1.1", true },
		{ "bounce-named", "domain", "5.1.2", true },
		{ "bounced", "full", "4.2.2", true },
		{ "bounced", "policy", "5.7.1", true },
		{ "refused", "full", "4.2.2", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str who = arena_printf(t->a, "named%zu@alone%zu.example", i, i);
		int64_t id = books_member(t, books_entry(t, DEV), arena_z(t->a, who));
		for (int day = 0; day < 5; day++, today += DAY) {
			refuse_as(t, 0, id, "mailbox", "5.1.1", cases[i].what);
			CHECK(run(t));
		}
		CHECK(member(t, id).probe_at > 0);
		refuse_as(t, 0, id, cases[i].class, cases[i].status, "probe-bounced");
		CHECK(run(t));
		CHECK(cases[i].off == str_eq(member(t, id).delivery, STR("off")));
		CHECK(cases[i].off || member(t, id).probe_at > 0); /* its end: a week */
	}
}

/* An owner or the member turns it on again: all is forgotten. */
static void test_on_again(struct books_test *t)
{
	books_set(t, DEV, "verp_probes", "no");
	books_set(t, DEV, "bounce_score_threshold", "1");
	int64_t id = books_member(t, books_entry(t, DEV), "again@uni.example");
	struct assignment on = { STR("delivery"), STR("regular") };
	refuse(t, id, "domain", "5.1.2");
	CHECK(run(t) && str_eq(member(t, id).off_by, STR("bounces")));
	CHECK(ok(member_configure(&t->books, t->a, books_entry(t, DEV),
				  STR("again@uni.example"), &on, 1, &t->by)));
	struct member_row m = member(t, id);
	CHECK(m.bounce_score == 0 && !m.off_at && str_eq(m.delivery, STR("regular")));
	CHECK(time_passes(t, 30) && member(t, id).warnings == 0);
	books_set(t, DEV, "verp_probes", "yes");
	books_set(t, DEV, "bounce_score_threshold", "5");
}

static void test_complaint(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "cross@uni.example");
	refuse_as(t, 0, id, "complaint", "", "complained");
	CHECK(run(t));
	struct member_row m = member(t, id);
	CHECK(str_eq(m.delivery, STR("off")) && str_eq(m.off_by, STR("complaint")));
	CHECK(letter_to(t, "cross@uni.example", "marked a mail").n > 0);
	CHECK(time_passes(t, 60) && member(t, id).warnings == 0);
}

/* The outbound book fails, as if the program had ended, once the lists book has it all: the
 * next round counts nothing twice and writes what is missing, once. */
static void test_cut_off(struct books_test *t)
{
	books_set(t, DEV, "bounce_score_threshold", "1");
	books_set(t, DEV, "bounce_notify_owner_on_bounce_increment", "yes");
	int64_t id = books_member(t, books_entry(t, DEV), "cut@uni.example");
	int64_t other = books_member(t, books_entry(t, DEV), "full@uni.example");
	bool more;
	refuse(t, id, "mailbox", "5.1.1");
	refuse(t, other, "full", "5.2.2");
	int64_t probes = books_count(t, "message", "kind = 'probe'");
	int64_t notices = books_count(t, "message", "kind = 'notice'");
	BOOKS_MUST(t, book_run(t->books.outbound,
			       "CREATE TRIGGER cut BEFORE UPDATE ON cursor BEGIN "
			       "SELECT raise(ABORT, 'cut'); END"));
	CHECK(score_round(&t->books, t->a, &more).kind);
	CHECK(books_count(t, "message", "kind = 'probe'") == probes);
	CHECK(member(t, id).bounce_score == 1 && member(t, other).bounce_score == 0.25);
	BOOKS_MUST(t, book_run(t->books.outbound, "DROP TRIGGER cut"));
	CHECK(run(t) && run(t));
	CHECK(books_count(t, "message", "kind = 'probe'") == probes + 1);
	CHECK(books_count(t, "message", "kind = 'notice'") == notices + 1);
	CHECK(member(t, id).bounce_score == 1 && member(t, other).bounce_score == 0.25);
	books_set(t, DEV, "bounce_score_threshold", "5");
	books_set(t, DEV, "bounce_notify_owner_on_bounce_increment", "no");
}

/* The letter is written and the row is not: the letter is not written again. */
static void test_cut_off_by_time(struct books_test *t)
{
	books_set(t, DEV, "verp_probes", "no");
	books_set(t, DEV, "bounce_score_threshold", "1");
	int64_t id = books_member(t, books_entry(t, DEV), "slow@uni.example");
	refuse(t, id, "mailbox", "5.1.1");
	CHECK(run(t));
	BOOKS_MUST(t, book_run(t->books.lists,
			       "CREATE TRIGGER cut BEFORE UPDATE ON member BEGIN "
			       "SELECT raise(ABORT, 'cut'); END"));
	int64_t letters = books_count(t, "message", "1");
	err e = expire_run(&t->books, t->a, today);
	CHECK(e.kind && has_word(e, "bounce scores"));
	BOOKS_MUST(t, book_run(t->books.lists, "DROP TRIGGER cut"));
	CHECK(time_passes(t, 0) && member(t, id).warnings == 1);
	CHECK(books_count(t, "message", "1") == letters + 1);
	books_set(t, DEV, "verp_probes", "yes");
	books_set(t, DEV, "bounce_score_threshold", "5");
}

/* ---- reports by mail */

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
	CHECK(books_count(t, "event", "what = 'complained'") == 4); /* one was by hand */
}

/* One entry that can never be processed does not stop those behind it. */
static void test_stuck_entry(struct books_test *t)
{
	int64_t bad = books_member(t, books_entry(t, DEV), "bad@uni.example");
	int64_t good = books_member(t, books_entry(t, DEV), "good@uni.example");
	BOOKS_MUST(t, book_run(t->books.lists,
			       "CREATE TRIGGER stuck BEFORE INSERT ON bounce WHEN "
			       "new.address = 'bad@uni.example' BEGIN "
			       "SELECT raise(ABORT, 'stuck'); END"));
	refuse(t, bad, "mailbox", "5.1.1");
	refuse(t, good, "mailbox", "5.1.1");
	CHECK(run(t) && member(t, bad).bounce_score == 0);
	CHECK(member(t, good).bounce_score == 1);
	BOOKS_MUST(t, book_run(t->books.lists, "DROP TRIGGER stuck"));
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
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	books_role(&t, books_entry(&t, DEV), "olga@uni.example", "owner");
	books_set(&t, DEV, "default_nonmember_action", "accept");
	today = clock_now() / DAY * DAY;
	test_gone(&t);
	test_policy(&t);
	test_against_us(&t);
	test_named_alone(&t);
	test_on_again(&t);
	test_complaint(&t);
	test_cut_off(&t);
	test_cut_off_by_time(&t);
	test_report(&t);
	test_bare(&t);
	test_dmarc(&t);
	test_probe_report(&t);
	test_complaints(&t);
	test_stuck_entry(&t);
	test_unread(&t);
	books_end(&t);
	return check_done();
}
