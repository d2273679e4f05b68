/* Reports about us that come to postmaster: which are counted, once each, what of them;
 * what is not one, not proven, not about us or too much goes to the administrator. */
#include "books.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/gzip.h"
#include "lists/expire.h"
#include "lists/reported.h"
#include "mail/report_tls.h"
#include "store/outbound/budget.h"
#include "store/outbound/report.h"

#define POSTMASTER "postmaster@lists.example"

enum { DAY = 86400 };

static const char OPEN[] = "{\"aligned\":false,\"spf\":\"none\"}";

static str tls_mail(struct arena *a, const char *id, const char *domain, size_t details)
{
	struct report_tls_policy p = { .type = STR("sts"),
				       .domain = str_from(domain),
				       .successes = 90,
				       .failures = 10,
				       .details = arena_zero(
					       a, (details + 1) * sizeof *p.details) };
	for (size_t i = 0; i < details; i++)
		p.details[p.detail_count++] = (struct report_tls_failure){
			.result = STR("certificate-expired"),
			.mx = arena_printf(a, "mx%zu.lists.example", i),
			.sessions = (int64_t)i + 1
		};
	struct report_tls r = { .domain = str_from(domain),
				.organization = STR("Big Mail"),
				.submitter = STR("big.example"),
				.contact = STR("x@big.example"),
				.id = str_from(id),
				.begin = 1795651200,
				.end = 1795737599,
				.policies = &p,
				.policy_count = 1 };
	struct address to = { STR("postmaster"), STR("lists.example") };
	return report_tls_mail(a, &r, STR("out.big.example"), &to,
			       gzip_pack(a, report_tls_json(a, &r)));
}

static str file_mail(struct arena *a, const char *subject, const char *type, str file)
{
	return arena_cat(a,
			 STR("From: noreply@dmarc.google.example\r\nTo: " POSTMASTER
			     "\r\nSubject: "),
			 str_from(subject),
			 STR("\r\nMessage-ID: <d@google.example>\r\n"
			     "Date: Tue, 24 Nov 2026 04:00:00 +0000\r\n"
			     "MIME-Version: 1.0\r\nContent-Type: "),
			 str_from(type),
			 STR("; name=\"r.xml.gz\"\r\nContent-Transfer-Encoding: "
			     "base64\r\n\r\n"),
			 enc_base64(a, file), STR("\r\n"));
}

static str record(struct arena *a, const char *ip, int n, const char *dkim,
		  const char *spf)
{
	return arena_printf(a,
			    "<record><row><source_ip>%s</source_ip><count>%d</count>"
			    "<policy_evaluated><disposition>none</disposition><dkim>%s"
			    "</dkim><spf>%s</spf></policy_evaluated></row><identifiers>"
			    "<header_from>lists.example</header_from></identifiers>"
			    "</record>",
			    ip, n, dkim, spf);
}

static str dmarc_xml(struct arena *a, const char *domain, str records)
{
	return arena_cat(a,
			 STR("<?xml version=\"1.0\"?><feedback><report_metadata>"
			     "<org_name>Google</org_name><email>x@google.example</email>"
			     "<report_id>77</report_id><date_range><begin>1795651200"
			     "</begin><end>1795737599</end></date_range>"
			     "</report_metadata><policy_published><domain>"),
			 str_from(domain), STR("</domain><p>none</p></policy_published>"),
			 records, STR("</feedback>"));
}

static str dmarc_mail(struct arena *a, const char *domain)
{
	str records = arena_cat(a, record(a, "192.0.2.1", 40, "pass", "fail"),
				record(a, "192.0.2.1", 2, "fail", "pass"),
				record(a, "203.0.113.9", 7, "fail", "fail"),
				record(a, "203.0.113.9", 5, "fail", "fail"),
				record(a, "203.0.113.10", -4, "fail", "fail"));
	return file_mail(a, "Report domain: lists.example Submitter: google.example",
			 "application/gzip", gzip_pack(a, dmarc_xml(a, domain, records)));
}

/* Bytes that unpack to far more than is read. */
static str bomb(struct arena *a)
{
	size_t n = (size_t)40 << 20;
	char *zeros = arena_zero(a, n);
	memset(zeros, ' ', n);
	return file_mail(a, "Report domain: lists.example", "application/gzip",
			 gzip_pack(a, (str){ zeros, n }));
}

/* A file that is none stands before one that is. */
static str two_files(struct arena *a)
{
	return arena_cat(
		a,
		STR("From: noreply@dmarc.google.example\r\nTo: " POSTMASTER "\r\n"
		    "Subject: Report domain: lists.example\r\nMIME-Version: 1.0\r\n"
		    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
		    "Content-Type: text/xml\r\n\r\n<html/>\r\n--x\r\n"
		    "Content-Type: text/xml\r\n\r\n"),
		dmarc_xml(a, "lists.example", STR("")), STR("\r\n--x--\r\n"));
}

/* Packed it is small. */
static str packed_mail(struct arena *a, const char *id, str records)
{
	str xml = dmarc_xml(a, "lists.example", records), before, after;
	if (str_cut(xml, '7', &before, &after)) /* the id */
		xml = arena_cat(a, before, str_from(id), after);
	return file_mail(a, "Report domain: lists.example", "application/gzip",
			 gzip_pack(a, xml));
}

static str large(struct arena *a, int records, int auths)
{
	BUF(b);
	for (int i = 0; i < records; i++) {
		buf_add(&b, STR("<record><row><count>0</count></row><auth_results>"));
		for (int k = 0; k < auths; k++)
			buf_add(&b, STR("<dkim/>"));
		buf_addf(&b, "<!-- %d --></auth_results></record>", i * 7919);
	}
	return packed_mail(a, "8", arena_copy(a, buf_str(&b)));
}

static str padded(struct arena *a, size_t octets)
{
	BUF(b);
	for (int i = 0; b.n < octets; i++)
		buf_addf(&b, "<x>%d</x>\n", i);
	return packed_mail(a, "9", arena_copy(a, buf_str(&b)));
}

static str random_file(struct arena *a, size_t octets)
{
	char *bytes = arena_alloc(a, octets);
	rand_bytes(bytes, octets);
	return packed_mail(a, "10",
			   arena_cat(a, STR("<x>"), enc_base64(a, (str){ bytes, octets }),
				     STR("</x>")));
}

static int64_t number(struct books_test *t, const char *sql)
{
	int64_t n = -1;
	bool found;
	BOOKS_MUST(t, book_number(t->books.outbound, &n, &found, sql));
	return n;
}

static int64_t reports(struct books_test *t)
{
	return number(t, "SELECT count(*) FROM report");
}

static void which_are_counted(struct books_test *t)
{
	struct arena *a = t->a;
	str good = tls_mail(a, "1@big.example", "lists.example", 2);
	str dmarc = dmarc_mail(a, "lists.example");
	const struct {
		const char *to, *trust;
		str mail;
		int64_t reports, forwarded;
	} steps[] = {
		{ POSTMASTER, ALIGNED, good, 1, 0 },
		{ POSTMASTER, ALIGNED, good, 1, 0 }, /* twice is once */
		{ POSTMASTER, OPEN, tls_mail(a, "2", "lists.example", 0), 1, 1 },
		{ POSTMASTER, ALIGNED, tls_mail(a, "3", "else.example", 0), 1, 2 },
		{ POSTMASTER, ALIGNED, tls_mail(a, "4", "evillists.example", 0), 1, 3 },
		{ POSTMASTER, ALIGNED, tls_mail(a, "5", "mx.lists.example", 0), 2, 3 },
		/* a name that nobody uses; who would have rows for each */
		{ POSTMASTER, ALIGNED, tls_mail(a, "6", "sub.lists.example", 0), 2, 4 },
		/* a person reads that */
		{ "abuse@lists.example", ALIGNED, tls_mail(a, "7", "lists.example", 0), 2,
		  5 },
		{ POSTMASTER, ALIGNED, dmarc, 3, 5 },
		{ POSTMASTER, ALIGNED, dmarc, 3, 5 },
		{ POSTMASTER, ALIGNED, bomb(a), 3, 6 },
		{ POSTMASTER, ALIGNED,
		  file_mail(a, "Report domain: x", "application/gzip", STR("\x1f\x8bx")),
		  3, 7 },
		{ POSTMASTER, ALIGNED,
		  file_mail(a, "Report domain: x", "text/xml",
			    STR("<!DOCTYPE x [<!ENTITY a "
				"\"b\">]><feedback>&a;</feedback>")),
		  3, 8 },
		{ POSTMASTER, ALIGNED,
		  file_mail(a, "help", "text/xml",
			    dmarc_xml(a, "lists.example", STR(""))),
		  3, 9 },
		{ POSTMASTER, ALIGNED, two_files(a), 3, 10 },
		{ POSTMASTER, ALIGNED, large(a, 100, 1), 4, 10 },
		{ POSTMASTER, ALIGNED, large(a, REPORTED_RECORDS + 1, 1), 4, 11 },
		{ POSTMASTER, ALIGNED, large(a, 1000, 30), 4, 12 },
		{ POSTMASTER, ALIGNED, padded(a, REPORTED_XML), 4, 13 },
		{ POSTMASTER, ALIGNED, random_file(a, REPORTED_PACKED + 1), 4, 14 },
	};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		CHECK(ok(books_arrives_as(t, "r@big.example", steps[i].to, steps[i].mail,
					  steps[i].trust)));
		if (reports(t) != steps[i].reports)
			fprintf(stderr, "  step %zu\n", i);
		CHECK(reports(t) == steps[i].reports);
		CHECK(books_count(t, "delivery", "recipient = 'admin@boss.example'")
		      == steps[i].forwarded);
	}
	CHECK(books_count(t, "event", "what = 'counted'") == 6);
}

static void what_of_them(struct books_test *t)
{
	struct report_row *r;
	struct report_failure *f;
	size_t n;
	int64_t now = clock_now();
	BOOKS_MUST(t,
		   report_sums(t->books.outbound, t->a, now - DAY, now + 1, 9, &r, &n));
	CHECK(n == 3);
	CHECK(n && str_eq(r[0].kind, STR("dmarc")) && r[0].passed == 42
	      && r[0].failed == 12 && str_eq(r[0].name, STR("Google"))
	      && str_eq(r[0].reporter, STR("dmarc.google.example")));
	CHECK(n > 1 && str_eq(r[1].kind, STR("tls")) && r[1].passed == 90
	      && r[1].failed == 10 && str_eq(r[1].reporter, STR("big.example")));
	BOOKS_MUST(t, report_sums(t->books.outbound, t->a, now - 9 * DAY, now - DAY, 9,
				  &r, &n));
	CHECK(n == 0);
	BOOKS_MUST(t, report_failures(t->books.outbound, t->a, now - DAY, 9, &f, &n));
	CHECK(n && str_eq(f[0].source, STR("203.0.113.9")) && f[0].count == 12
	      && str_eq(f[0].result, STR("dmarc")) && f[0].reporters == 1);
}

/* Numbers and names as large as they can be. */
static str endless(struct arena *a)
{
	str name = STR("0123456789012345678901234567890123456789"), records = STR("");
	for (int i = 0; i < 3; i++)
		records = arena_cat(
			a, records, STR("<record><row><source_ip>"), name, name, name,
			STR("</source_ip><count>9223372036854775807</count></row>"
			    "</record>"));
	return packed_mail(a, "11", records);
}

/* One organization has so many attempts a day, under all of its names, well or badly
 * made, and all have so many together; then a person sees what comes. */
static void budgets(struct books_test *t)
{
	struct arena *a = t->a;
	int64_t before = reports(t);
	static const char forwarded[] = "recipient = 'admin@boss.example'";
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM budget"));
	for (int i = 0; i < REPORTED_EACH + 2; i++) {
		int64_t to_admin = books_count(t, "delivery", forwarded);
		str mail = i < 5 ? packed_mail(a, "1", STR("<broken"))
				 : packed_mail(a, arena_z(a, arena_printf(a, "n%d", i)),
					       STR(""));
		if (i % 2)
			mail = arena_cat(a, STR("From: x@other.google.example"),
					 str_skip(mail, 34));
		CHECK(ok(books_arrives(t, "r@big.example", POSTMASTER, mail)));
		CHECK(books_count(t, "delivery", forwarded) - to_admin
		      == (i < 5 || i >= REPORTED_EACH));
	}
	CHECK(reports(t) == before + REPORTED_EACH - 5);
	CHECK(ok(books_arrives(t, "r@big.example", POSTMASTER,
			       tls_mail(a, "others may", "lists.example", 0))));
	CHECK(reports(t) == before + REPORTED_EACH - 4);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM budget"));
	BOOKS_MUST(t, budget_add(t->books.outbound, STR("reports-from:"), clock_now(),
				 REPORTED_DAILY));
	CHECK(ok(books_arrives(t, "r@big.example", POSTMASTER,
			       tls_mail(a, "over", "lists.example", 0))));
	CHECK(reports(t) == before + REPORTED_EACH - 4);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM budget"));
}

/* What is read for a report is no part of what all arrivals write together: if it ended
 * the program, that somebody tried would be undone, and it would be tried for ever. */
static void by_itself(struct books_test *t)
{
	struct arrivals *x;
	struct arena *a = t->a;
	const struct {
		const char *to;
		str mail;
		bool alone;
	} cases[] = {
		{ POSTMASTER, tls_mail(a, "alone", "lists.example", 1), true },
		{ "abuse@lists.example", tls_mail(a, "b", "lists.example", 1), false },
		{ POSTMASTER, file_mail(a, "help", "text/plain", STR("x")), false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct inbound_message m = books_accept(t, "r@big.example", cases[i].to,
							cases[i].mail, ALIGNED);
		int64_t before = reports(t);
		BOOKS_MUST(t, arrivals_take(&t->books, a, &m, 1, &x));
		CHECK(arrivals_left(x) == cases[i].alone && reports(t) == before);
		while (arrivals_left(x))
			arrivals_sort(x);
		CHECK(reports(t) == before + cases[i].alone);
		BOOKS_MUST(t, arrivals_tick(x));
	}
}

/* So many failures of a report, of such sizes, for so long. */
static void bounds(struct books_test *t)
{
	struct arena *a = t->a;
	int64_t gone, forwarded = books_count(t, "delivery",
					      "recipient = 'admin@boss.example'");
	CHECK(ok(books_arrives(t, "r@big.example", POSTMASTER,
			       tls_mail(a, "many", "lists.example", 400))));
	CHECK(number(t, "SELECT count(*) FROM report_failure WHERE report = "
			"(SELECT max(id) FROM report)")
	      == REPORTED_FAILURES);
	CHECK(number(t, "SELECT min(count) FROM report_failure WHERE report = "
			"(SELECT max(id) FROM report)")
	      == 400 - REPORTED_FAILURES + 1); /* the most frequent */
	CHECK(number(t, "SELECT max(length(source)) FROM report_failure") <= 64);
	CHECK(ok(books_arrives(t, "r@big.example", POSTMASTER, endless(a))));
	CHECK(number(t, "SELECT max(failed) FROM report") == INT64_C(1) << 40
	      && number(t, "SELECT max(count) FROM report_failure") == INT64_C(1) << 40
	      && number(t, "SELECT max(length(source)) FROM report_failure") == 64);
	CHECK(books_count(t, "delivery", "recipient = 'admin@boss.example'")
	      == forwarded);
	BOOKS_MUST(t, report_expire(t->books.outbound,
				    clock_now() - (int64_t)REPORTED_DAYS * DAY, &gone));
	CHECK(gone == 0);
	CHECK(ok(expire_run(&t->books, a, clock_now() + (REPORTED_DAYS + 1) * DAY)));
	CHECK(reports(t) == 0 && number(t, "SELECT count(*) FROM report_failure") == 0);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	which_are_counted(&t);
	what_of_them(&t);
	budgets(&t);
	by_itself(&t);
	bounds(&t);
	books_end(&t);
	return check_done();
}
