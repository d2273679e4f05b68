/* lists/sort.h: where an arrival goes, and that none is tried for ever. */
#include "letters.h"

#include "archive/import.h"
#include "base/buf.h"
#include "lists/expire.h"
#include "mail/retpath.h"
#include "store/inbound/file.h"

#define DEV   "dev@lists.example"
#define ADMIN "admin@boss.example"

static int64_t left(struct books_test *t)
{
	int64_t n = -1;
	BOOKS_MUST(t, inbound_count(t->books.inbound, &n));
	return n;
}

static str report_to(struct books_test *t, const char *address)
{
	return letter_to(t, address, "message/delivery-status");
}

static void test_nobody(struct books_test *t)
{
	str mail = books_mail(t->a, "anna@uni.example", DEV, "n1@x", "gone");
	CHECK(ok(books_arrives(t, "anna@uni.example", "nobody@lists.example", mail)));
	str report = report_to(t, "anna@uni.example");
	CHECK(holds(report, "Status: 5.1.1") && holds(report, "nobody@lists.example")
	      && holds(report, "n1@x"));
	/* nobody answers a bounce */
	int64_t before = books_count(t, "message", "1");
	CHECK(ok(books_arrives_as(t, "", "nobody@lists.example", mail, "{}")));
	CHECK(books_count(t, "message", "1") == before && left(t) == 0);
	/* nor one who wants to hear of nothing */
	struct inbound_message m = { .received_at = clock_now_ms(),
				     .reverse_path = STR("anna@uni.example"),
				     .client = STR(""),
				     .helo = STR(""),
				     .protocol = STR(""),
				     .trust = STR("{}"),
				     .envid = STR(""),
				     .ret = STR(""),
				     .size = (int64_t)mail.n,
				     .body = mail,
				     .file = STR("") };
	struct inbound_recipient r = { .address = STR("nobody@lists.example"),
				       .notify = STR("NEVER"),
				       .orcpt = STR("") };
	CHECK(ok(inbound_add(t->books.inbound, &m, &r, 1))
	      && ok(arrival_sort(&t->books, t->a, &m)));
	CHECK(books_count(t, "message", "1") == before && left(t) == 0);
	/* not even the foreign, from somebody who has not signed in: that would be a relay */
	CHECK(ok(books_arrives_as(t, "", "victim@other.example", mail, "{}")));
	CHECK(books_count(t, "delivery", "recipient = 'victim@other.example'") == 0
	      && left(t) == 0);
}

/* One message, every kind of address: each is dealt with once, in any order. */
static void test_many(struct books_test *t)
{
	str mail = books_mail(t->a, "anna@uni.example", DEV ", other@lists.example",
			      "m1@x", "to all");
	int64_t posts = books_count(t, "message", "kind = 'post'");
	CHECK(ok(books_arrives(
		t, "anna@uni.example",
		DEV " dev-owner@lists.example other@lists.example nobody@lists.example "
		    "dev-bounces@lists.example postmaster@lists.example",
		mail)));
	CHECK(books_count(t, "message", "kind = 'post'") == posts + 2 && left(t) == 0);
	CHECK(books_count(
		      t, "message",
		      arena_z(t->a,
			      arena_printf(t->a, "inbound = %lld AND kind = 'forward'",
					   (long long)t->arrival)))
	      == 2);
	CHECK(books_count(t, "arrival",
			  "message_id = 'm1@x' AND author = 'anna@uni.example'")
	      == 1);
}

/* The first two of three recipients were done before the lights went out. */
static void test_half(struct books_test *t)
{
	str mail = books_mail(t->a, "anna@uni.example", DEV ", other@lists.example",
			      "h1@x", "half"),
	    file;
	struct inbound_message m = books_accept(
		t, "anna@uni.example", DEV " other@lists.example", mail, ALIGNED);
	int64_t posts = books_count(t, "message", "kind = 'post'");
	CHECK(ok(inbound_done(t->books.inbound, t->a, m.id, 0, &file))
	      || ok(inbound_done(t->books.inbound, t->a, m.id, 1, &file)));
	CHECK(ok(arrival_sort(&t->books, t->a, &m)) && left(t) == 0);
	CHECK(books_count(t, "message", "kind = 'post'") == posts + 1);
}

/* What cannot be read at all: it must not come back for ever, nor be lost. */
static void test_broken(struct books_test *t)
{
	enum { BIG = 300 * 1024 };
	char *fill = arena_alloc(t->a, BIG);
	for (int i = 0; i < BIG; i++)
		fill[i] = i % 70 == 0    ? 'X'
			  : i % 70 == 1  ? ':'
			  : i % 70 == 68 ? '\r'
			  : i % 70 == 69 ? '\n'
					 : 'y';
	str mail = arena_cat(t->a, STR("From: broken@uni.example\r\n"),
			     (str){ fill, BIG - BIG % 70 }, STR("\r\nbody\r\n"));
	static const char *const to[] = { DEV, "dev-request@lists.example",
					  "dev-owner@lists.example",
					  "dev-join@lists.example",
					  "dev-bounces@lists.example" };
	for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
		CHECK(ok(books_arrives(t, "broken@uni.example", to[i], mail))
		      && left(t) == 0);
	}
	CHECK(report_to(t, "broken@uni.example").n);
	CHECK(!letter_to(t, ADMIN, "could not be handled").n); /* the sender has it */
	/* Nobody may be told, by name or because there is no name: it is not lost. */
	for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
		static const char *const paths[] = { "", "victim@other.example" };
		for (size_t k = 0; k < 2; k++) {
			int64_t before = books_count(t, "message", "1"), n;
			CHECK(ok(books_arrives_as(t, paths[k], to[i], mail,
						  "{\"spf\":\"fail\"}")));
			CHECK(left(t) == 0
			      && books_count(t, "message", "1") == before + 1);
			str letter = letter_to(t, ADMIN, "could not be handled");
			CHECK(holds(letter, to[i])
			      && holds(letter, "From: broken@uni.example")
			      && holds(letter, k ? paths[k] : "<>"));
			CHECK(ok(ledger_not_served(t->books.outbound, 0, &n))
			      && n == (int64_t)(5 + 2 * i + k + 1));
		}
	}
	CHECK(!report_to(t, "victim@other.example").n);
	/* Mail to the administrator is not reported to the administrator. */
	int64_t before = books_count(t, "message", "1");
	CHECK(ok(books_arrives_as(t, "", "postmaster@lists.example", mail, "{}"))
	      && left(t) == 0);
	CHECK(books_count(t, "message", "1") == before);
}

/* A report goes to a path that is its sender's own, by whatever proof. */
static void test_unproven(struct books_test *t)
{
	static const struct {
		const char *trust;
		bool told;
		const char *from; /* NULL: the path's */
	} cases[] = {
		{ "{}", false, NULL },
		{ "{\"spf\":\"fail\"}", false, NULL },
		{ "{\"spf\":\"pass\"}", true, NULL },
		{ "{\"local\":true}", true, NULL },
		{ "{\"aligned\":true}", true, NULL },
		/* an attacker's own signature, a victim's path */
		{ "{\"aligned\":true}", false, "x@evil.example" },
		{ "{\"aligned\":true,\"spf\":\"fail\"}", false, "x@evil.example" },
		{ "{\"aligned\":false}", false, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char path[64], id[32];
		snprintf(path, sizeof path, "u%zu@path.example", i);
		snprintf(id, sizeof id, "u%zu@x", i);
		CHECK(ok(books_arrives_as(t, path, "nobody@lists.example",
					  books_mail(t->a,
						     cases[i].from ? cases[i].from : path,
						     DEV, id, "x"),
					  cases[i].trust)));
		CHECK(!report_to(t, path).n == !cases[i].told);
	}
}

/* Parts within parts, ten thousand authors: whatever a reader refuses, sorting ends. */
static void test_odd(struct books_test *t)
{
	BUF(deep);
	BUF(many);
	buf_add(&many, STR("From: a@uni.example"));
	for (int i = 0; i < 10001; i++)
		buf_addf(&many, ",\r\n a%d@uni.example", i);
	buf_add(&many, STR("\r\nTo: " DEV "\r\n\r\nx\r\n"));
	buf_add(&deep, STR("From: deep@uni.example\r\nTo: " DEV "\r\n"));
	for (int i = 0; i < 300; i++)
		buf_addf(&deep,
			 "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n",
			 i, i);
	const str mails[] = { STR(""),
			      STR("\r\n"),
			      STR("no header"),
			      STR("From: =?x\r\n\r\n"),
			      ((str){ "\0\0\0", 3 }),
			      buf_str(&many),
			      buf_str(&deep) };
	static const char to[] = DEV " dev-request@lists.example dev-join@lists.example "
				     "dev-leave@lists.example dev-owner@lists.example "
				     "dev-confirm+x@lists.example "
				     "dev-bounces@lists.example postmaster@lists.example";
	for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
		CHECK(ok(books_arrives(t, "odd@uni.example", to, mails[i]))
		      && left(t) == 0);
		CHECK(ok(books_arrives_as(t, "", to, mails[i], "{}")) && left(t) == 0);
	}
}

/* A body that lies in a file goes with its last recipient. */
static void test_file(struct books_test *t)
{
	str mail = books_mail(t->a, "anna@uni.example", DEV, "f1@x", "from a file"), name;
	struct outbound_message out;
	BOOKS_MUST(t, inbound_file_write(t->a, t->data, mail, &name));
	struct inbound_message m = { .received_at = clock_now_ms(),
				     .reverse_path = STR("anna@uni.example"),
				     .client = STR(""),
				     .helo = STR(""),
				     .protocol = STR(""),
				     .trust = str_from(ALIGNED),
				     .envid = STR(""),
				     .ret = STR(""),
				     .size = (int64_t)mail.n,
				     .body = STR(""),
				     .file = name };
	struct inbound_recipient r = { .address = STR(DEV),
				       .notify = STR(""),
				       .orcpt = STR("") };
	str path = arena_cat(t->a, t->data, STR("/inbound/files/"), name);
	CHECK(!access(arena_z(t->a, path), F_OK));
	CHECK(ok(inbound_add(t->books.inbound, &m, &r, 1))
	      && ok(arrival_sort(&t->books, t->a, &m)));
	CHECK(holds(books_newest(t, &out), "from a file")
	      && access(arena_z(t->a, path), F_OK));
	/* the file is not there: nothing was taken off */
	CHECK(ok(inbound_add(t->books.inbound, &m, &r, 1))
	      && arrival_sort(&t->books, t->a, &m).kind != ERR_NONE && left(t) == 1);
}

/* What smtpd would have refused, had the setting been so in time. */
static void test_rejected(struct books_test *t)
{
	books_set(t, DEV, "default_nonmember_action", "reject");
	CHECK(ok(books_arrives(t, "rej@evil.example", DEV,
			       books_mail(t->a, "rej@evil.example", DEV, "r1@x", "x"))));
	CHECK(holds(report_to(t, "rej@evil.example"), "Status: 5.7.1"));
	CHECK(ok(books_arrives_as(
		t, "forged@evil.example", DEV,
		books_mail(t->a, "victim@evil.example", DEV, "r2@x", "x"), "{}")));
	CHECK(!report_to(t, "forged@evil.example").n
	      && !report_to(t, "victim@evil.example").n);
	books_set(t, DEV, "default_nonmember_action", "discard");
	int64_t before = books_count(t, "message", "1");
	CHECK(ok(books_arrives(t, "rej@evil.example", DEV,
			       books_mail(t->a, "rej@evil.example", DEV, "r3@x", "x"))));
	CHECK(books_count(t, "message", "1") == before
	      && str_eq(books_noted(t, "discarded"), books_noted(t, "discarded")));
	CHECK(holds(books_noted(t, "discarded"), "nonmember: discard"));
}

/* The same post after a year, when the list's own memory has long gone; one that was
 * imported and never came by mail; the same id with other content. */
static void test_again(struct books_test *t)
{
	enum { YEAR = 365 * 86400 };
	const struct list_entry *dev = books_entry(t, DEV);
	str mail = books_mail(t->a, "anna@uni.example", DEV, "again1@x", "the first");
	str other = books_mail(t->a, "anna@uni.example", DEV, "again1@x", "another");
	str old = books_mail(t->a, "Anna <anna@uni.example>", DEV ", other@lists.example",
			     "again2@x", "Old. ");
	int64_t posts = books_count(t, "message", "kind = 'post'");
	CHECK(ok(books_arrives(t, "anna@uni.example", DEV, mail)));
	CHECK(ok(expire_run(&t->books, t->a, clock_now() + YEAR)));
	CHECK(books_count(t, "seen", "1") == 0);
	CHECK(books_count(t, "message", "kind = 'post'") == posts + 1);
	CHECK(ok(books_arrives(t, "anna@uni.example", DEV, mail)));
	CHECK(holds(books_noted(t, "discarded"), "this very post was accepted before"));
	int64_t held = books_count(t, "held", "1");
	CHECK(ok(books_arrives(t, "anna@uni.example", DEV, other)));
	CHECK(books_count(t, "held", "1") == held + 1);
	/* as a mailbox kept it: other line ends, a blank line more */
	BUF(mbox);
	buf_add(&mbox, STR("From anna@uni.example Tue Nov 24 04:00:00 2026\n"));
	for (size_t i = 0; i < old.n; i++)
		if (old.p[i] != '\r')
			buf_add(&mbox, (str){ old.p + i, 1 });
	buf_add(&mbox, STR("\n\n"));
	struct import_result r;
	CHECK(ok(archive_import(
		      t->books.archive, t->a,
		      &(struct import_job){ .list = dev->id, .mbox = buf_str(&mbox) },
		      &r))
	      && r.kept == 1);
	int64_t dropped = books_count(t, "event", "what = 'discarded'");
	CHECK(ok(books_arrives(t, "anna@uni.example", DEV, old)));
	CHECK(books_count(t, "event", "what = 'discarded'") == dropped + 1);
	CHECK(books_count(t, "message", "kind = 'post'") == posts + 1);
	/* on another list it is new */
	CHECK(ok(books_arrives(t, "anna@uni.example", "other@lists.example", old)));
	CHECK(books_count(t, "message", "kind = 'post'") == posts + 2);
}

/* What smtpd refused at the dot is entered as such, and is nobody's post. */
static void test_refused(struct books_test *t)
{
	str mail = STR("From: eve@evil.example\r\nMessage-ID: <refused1@x>\r\n\r\n");
	struct inbound_message m = { .received_at = clock_now_ms(),
				     .reverse_path = STR("eve@evil.example"),
				     .client = STR("192.0.2.9"),
				     .helo = STR("x"),
				     .protocol = STR("ESMTP"),
				     .trust = STR("{}"),
				     .envid = STR(""),
				     .ret = STR(""),
				     .size = (int64_t)mail.n,
				     .body = mail,
				     .file = STR("") };
	struct inbound_recipient r[] = {
		{ .address = STR(DEV), .refused = STR("banned: reject (no)") },
		{ .address = STR("dev-join@lists.example"),
		  .refused = STR("sender: reject (SPF)") },
	};
	struct ledger_entry *e;
	size_t n;
	int64_t messages = books_count(t, "message", "1");
	CHECK(ok(inbound_add(t->books.inbound, &m, r, 2))
	      && ok(arrival_sort(&t->books, t->a, &m)));
	CHECK(books_count(t, "message", "1") == messages && left(t) == 0);
	CHECK(ok(ledger_by_message_id(t->books.outbound, t->a, STR("refused1@x"), 0, 10,
				      &e, &n))
	      && n == 2);
	for (size_t i = 0; i < 2 && n == 2; i++)
		CHECK(str_eq(e[i].what, STR("rejected")) && e[i].inbound == m.id
		      && str_eq(e[i].recipient, r[i].address)
		      && str_eq(e[i].detail, r[i].refused));
}

/* A person who writes to LIST-bounces means its owners. */
static void test_person_to_bounces(struct books_test *t)
{
	books_role(t, books_entry(t, DEV), "olga@uni.example", "owner");
	CHECK(ok(books_arrives(t, "anna@uni.example", "dev-bounces@lists.example",
			       books_mail(t->a, "anna@uni.example",
					  "dev-bounces@lists.example", "p1@x", "odd"))));
	CHECK(books_count(t, "delivery", "recipient = 'olga@uni.example'") == 1);
}

/* A report at a copy's own return path is about that member. */
static void test_bounce(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "bouncy@uni.example");
	str path = retpath_make(t->a, &t->books.mac, STR(DEV), id);
	str report = STR(
		"From: mailer-daemon@uni.example\r\nContent-Type: multipart/report; "
		"report-type=delivery-status; boundary=b\r\n\r\n"
		"--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: "
		"message/delivery-status\r\n\r\n"
		"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; "
		"bouncy@uni.example\r\nAction: failed\r\nStatus: "
		"5.1.1\r\nDiagnostic-Code: smtp; 550 gone\r\n\r\n--b--\r\n");
	CHECK(ok(books_arrives_as(t, "", arena_z(t->a, path), report, "{}")));
	CHECK(holds(books_noted(t, "bounced"), "5.1.1"));
	int64_t before = books_count(t, "message", "1");
	CHECK(ok(books_arrives_as(t, "", arena_z(t->a, path),
				  STR("Subject: I am away\r\nAuto-Submitted: "
				      "auto-replied\r\n\r\nback soon\r\n"),
				  "{}")));
	CHECK(ok(books_arrives_as(t, "", "dev-bounces@lists.example", report, "{}")));
	CHECK(ok(books_arrives_as(t, "", "dev-bounces+1.x@lists.example", report, "{}")));
	CHECK(books_count(t, "message", "1") == before
	      && holds(books_noted(t, "discarded"), "tag is wrong"));
	/* of a member who left in the meantime */
	CHECK(ok(member_remove(t->books.lists, id)));
	CHECK(ok(books_arrives_as(t, "", arena_z(t->a, path), report, "{}"))
	      && left(t) == 0);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, "other@lists.example");
	books_list(&t, DEV);
	books_member(&t, books_entry(&t, DEV), "anna@uni.example");
	books_member(&t, books_entry(&t, "other@lists.example"), "anna@uni.example");
	test_nobody(&t);
	test_many(&t);
	test_half(&t);
	test_broken(&t);
	test_unproven(&t);
	test_odd(&t);
	test_rejected(&t);
	test_refused(&t);
	test_again(&t);
	test_bounce(&t);
	test_person_to_bounces(&t);
	test_file(&t);
	books_end(&t);
	return check_done();
}
