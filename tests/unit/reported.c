/* Reports about us that come to postmaster: which are counted, once each, what of them;
 * what is not one, not proven, not about us or too much goes to the administrator. */
#include "books.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/gzip.h"
#include "lists/expire.h"
#include "lists/reported.h"
#include "mail/report_tls.h"
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
		{ POSTMASTER, ALIGNED, tls_mail(a, "5", "sub.lists.example", 0), 2, 3 },
		{ POSTMASTER, ALIGNED, dmarc, 3, 3 },
		{ POSTMASTER, ALIGNED, dmarc, 3, 3 },
		{ POSTMASTER, ALIGNED, bomb(a), 3, 4 },
		{ POSTMASTER, ALIGNED,
		  file_mail(a, "Report domain: x", "application/gzip", STR("\x1f\x8bx")),
		  3, 5 },
		{ POSTMASTER, ALIGNED,
		  file_mail(a, "Report domain: x", "text/xml",
			    STR("<!DOCTYPE x [<!ENTITY a "
				"\"b\">]><feedback>&a;</feedback>")),
		  3, 6 },
		{ POSTMASTER, ALIGNED,
		  file_mail(a, "help", "text/xml",
			    dmarc_xml(a, "lists.example", STR(""))),
		  3, 7 },
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
	CHECK(books_count(t, "event", "what = 'counted'") == 5);
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

/* So many failures of a report, so many reports a day, for so long. */
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
	BOOKS_MUST(t, book_begin(t->books.outbound));
	for (int64_t i = reports(t); i < REPORTED_DAILY; i++) {
		bool fresh;
		struct report_row row = { .kind = STR("tls"),
					  .domain = STR("lists.example"),
					  .reporter = STR("x.example"),
					  .name = STR(""),
					  .report = arena_printf(a, "%d", (int)i),
					  .came_at = clock_now() };
		BOOKS_MUST(t, report_add(t->books.outbound, &row, NULL, 0, &fresh));
	}
	BOOKS_MUST(t, book_commit(t->books.outbound));
	CHECK(ok(books_arrives(t, "r@big.example", POSTMASTER,
			       tls_mail(a, "over", "lists.example", 0))));
	CHECK(reports(t) == REPORTED_DAILY);
	CHECK(books_count(t, "delivery", "recipient = 'admin@boss.example'")
	      == forwarded + 1);
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
	bounds(&t);
	books_end(&t);
	return check_done();
}
