/* send/failure_report.c: what failed DMARC is reported once an hour and way, to who agreed,
 * within limits, and without a word of the message. */
#include "send/failure_report.h"

#include "base/clock.h"
#include "mail/arf.h"
#include "mail/report_failure.h"
#include "reporting.h"
#include "send/report_limit.h"
#include "store/outbound/dmarc_failure.h"
#include "store/outbound/message.h"

enum { HOUR = 3600 };

struct test {
	struct arena *a;
	struct reporting in;
	struct failure_reporter *reporter;
};

static int64_t count(struct test *t, const char *sql)
{
	return reporting_count(t->in.b, sql);
}

static void begin(struct test *t)
{
	CHECK(ok(book_run(t->in.b, "DELETE FROM dmarc_failure"))
	      && ok(book_run(t->in.b, "DELETE FROM delivery"))
	      && ok(book_run(t->in.b, "DELETE FROM budget")));
	failure_reporter_free(t->reporter);
	reporting_fresh_dns(&t->in);
	t->reporter = failure_reporter_new(&reporting_conf(&t->in, 0));
}

static void failed(struct test *t, int64_t at, const char *ip, const char *record)
{
	struct dmarc_seen x = { .domain = STR("uni.example"),
				.registrant = STR("uni.example"),
				.record = str_from(record),
				.source_ip = str_from(ip),
				.disposition = STR("reject"),
				.dkim = STR("fail"),
				.spf = STR("fail"),
				.header_from = STR("cs.uni.example"),
				.envelope_from = STR("lab.example"),
				.spf_domain = STR("uni.example"),
				.spf_result = STR("softfail"),
				.signatures = STR("pass list.example s2\n"
						  "fail uni.example s3\n"),
				.message_id = STR("one@uni.example"),
				.failed_at = at,
				.messages = 1 };
	CHECK(ok(dmarc_failure_add(t->in.b, &x)));
}

#define OWN "v=DMARC1; p=reject; rua=mailto:a@uni.example; ruf=mailto:f@uni.example"

static int64_t last_hour(void)
{
	return clock_now() - 2 * HOUR;
}

static int64_t to(struct test *t, const char *address)
{
	bool found;
	int64_t n = 0;
	CHECK(ok(book_number(t->in.b, &n, &found,
			     "SELECT count(*) FROM delivery WHERE recipient = ?1",
			     SQL_S(str_from(address)))));
	return n;
}

static void test_once(struct test *t)
{
	begin(t);
	for (int i = 0; i < 3; i++)
		failed(t, last_hour(), "192.0.2.66", OWN);
	failed(t, clock_now(), "192.0.2.66", OWN); /* whose hour is not over */
	CHECK(ok(failure_reporter_look(t->reporter)));
	CHECK(to(t, "f@uni.example") == 1
	      && count(t, "SELECT count(*) FROM delivery") == 1);
	CHECK(count(t, "SELECT count(*) FROM message WHERE reverse_path <> ''") == 0);
	failed(t, last_hour(), "192.0.2.66", OWN); /* it had its report */
	CHECK(ok(failure_reporter_look(t->reporter))
	      && ok(failure_reporter_look(t->reporter)));
	CHECK(count(t, "SELECT count(*) FROM delivery") == 1);
}

static void test_words(struct test *t)
{
	struct arf r;
	str mail;
	int64_t id = count(t, "SELECT max(id) FROM message");
	CHECK(ok(outbound_body_read(t->in.b, t->a, id, 0, 1 << 20, &mail)));
	CHECK(ok(arf_read(t->a, mail, &r)));
	CHECK(str_eq(r.type, STR("auth-failure"))
	      && str_eq(r.auth_failure, STR("dmarc")));
	CHECK(r.incidents == 3 && str_eq(r.source_ip, STR("192.0.2.66"))
	      && str_eq(r.version, STR("1")) && r.arrival > clock_now() - 3 * HOUR);
	CHECK(r.reported_domain.count == 1
	      && str_eq(r.reported_domain.values[0], STR("cs.uni.example")));
	CHECK(r.original_rcpt_to.count == 0
	      && str_eq(r.original_mail_from, STR("redacted@lab.example")));
	CHECK(str_eq(r.dkim_domain, STR("uni.example"))
	      && str_eq(r.dkim_identity, STR("@uni.example"))
	      && str_eq(r.dkim_selector, STR("s3")));
	CHECK(str_eq(r.message_id, STR("one@uni.example")));
	CHECK(r.authentication_results.count == 1
	      && str_starts(r.authentication_results.values[0],
			    STR("mail.lists.example; dmarc=fail "
				"header.from=cs.uni.example; spf=softfail "
				"smtp.mailfrom=uni.example; dkim=pass "
				"header.d=list.example header.s=s2")));
	CHECK(str_find(mail, STR("Identity-Alignment: dkim, spf\r\n")).n);
	CHECK(str_find(mail, STR("Delivery-Result: reject\r\n")).n);
	CHECK(str_find(mail, STR("SPF-DNS: txt : uni.example : "
				 "\"v=spf1 ip4:192.0.2.1 -all \\\"x\\\"\"\r\n"))
		      .n);
	CHECK(str_find(mail, STR("From: redacted@cs.uni.example\r\n")).n);
	CHECK(str_find(mail, STR("Auto-Submitted: auto-generated\r\n")).n);
}

static void test_elsewhere(struct test *t)
{
	begin(t);
	failed(t, last_hour(), "192.0.2.1",
	       "v=DMARC1; p=none; ruf=mailto:f@agreed.example");
	failed(t, last_hour(), "192.0.2.2",
	       "v=DMARC1; p=none; ruf=mailto:f@victim.example");
	CHECK(ok(failure_reporter_look(t->reporter)));
	CHECK(to(t, "instead@agreed.example") == 1
	      && count(t, "SELECT count(*) FROM delivery") == 1);
	CHECK(count(t, "SELECT count(*) FROM dmarc_failure WHERE reported = 0") == 0);
	for (int i = 0; i < 12; i++)
		failed(t, last_hour() - i / 3 * HOUR,
		       arena_z(t->a, arena_printf(t->a, "192.0.2.%d", 10 + i)),
		       "v=DMARC1; p=none; ruf=mailto:f@agreed.example");
	CHECK(ok(failure_reporter_look(t->reporter)));
	CHECK(to(t, "instead@agreed.example") == REPORTS_TO_MAILBOX / 2);
	/* who forges mail brings them about, and must not silence reports of other kinds */
	bool yes = false;
	struct report_to tls = report_to(t->a, STR("other.example"),
					 STR("agreed.example"),
					 STR("instead@agreed.example"));
	CHECK(ok(report_limit_ask(t->in.b, t->a, &tls, &yes)) && yes);
}

/* What DNS has is anybody's: no line of the report is longer than mail may have it. */
static void test_lines(struct test *t)
{
	static const size_t sizes[] = { 300, 450, 900, 4000 };
	size_t told = 0;
	struct address own = { STR("f"), STR("uni.example") };
	struct dmarc_report_by by = { STR("lists.example"), STR("mail.lists.example") };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *record = arena_alloc(t->a, sizes[i]),
		     *domain = arena_alloc(t->a, 240);
		memset(record, '\\', sizes[i]);
		memset(domain, 'd', 240);
		struct failure_report r = { .domain = STR("uni.example"),
					    .spf_domain = { domain, 240 },
					    .spf_record = { record, sizes[i] },
					    .results = STR("x; none"),
					    .delivery = STR("reject"),
					    .source_ip = STR("192.0.2.1") };
		str mail = failure_report_mail(t->a, &r, &by, &own), line;
		told += str_find(mail, STR("SPF-DNS: ")).n > 0;
		while (str_line(&mail, &line))
			CHECK(line.n <= 998);
	}
	CHECK(told == 1);
}

static void test_limits(struct test *t)
{
	begin(t);
	for (int i = 0; i < 9; i++)
		failed(t, last_hour(), arena_z(t->a, arena_printf(t->a, "192.0.2.%d", i)),
		       OWN);
	CHECK(ok(failure_reporter_look(t->reporter)));
	CHECK(to(t, "f@uni.example") == DMARC_FAILURES_REGISTRANT);
	CHECK(ok(failure_reporter_expire(t->reporter))
	      && count(t, "SELECT count(*) FROM dmarc_failure") > 0);
	failed(t, clock_now() - 30 * HOUR, "192.0.2.77", OWN);
	CHECK(ok(failure_reporter_expire(t->reporter))
	      && count(t, "SELECT count(*) FROM dmarc_failure")
			 == DMARC_FAILURES_REGISTRANT);
}

/* Without an answer it waits, and is asked about no second time at once. */
static void test_no_answer(struct test *t)
{
	begin(t);
	t->in.dns.fails = true;
	failed(t, last_hour(), "192.0.2.1", OWN);
	CHECK(ok(failure_reporter_look(t->reporter)));
	int asked = t->in.dns.asked;
	CHECK(ok(failure_reporter_look(t->reporter))
	      && ok(failure_reporter_look(t->reporter)));
	CHECK(asked > 0 && t->in.dns.asked == asked);
	CHECK(count(t, "SELECT count(*) FROM dmarc_failure WHERE reported = 0") == 1
	      && count(t, "SELECT count(*) FROM delivery") == 0);
}

/* uni.example has SPF; agreed.example wants reports on it, at another address. */
static void publish(struct dns_table *dns)
{
	table_txt(dns, "uni.example", STR("v=spf1 ip4:192.0.2.1 -all \"x\""));
	table_txt(dns, "uni.example._report._dmarc.agreed.example",
		  STR("v=DMARC1; rua=mailto:no@agreed.example; "
		      "ruf=mailto:instead@agreed.example"));
}

int main(void)
{
	ARENA(a);
	struct test t = { .a = a, .in = reporting_make(a) };
	publish(&t.in.dns.table);
	test_once(&t);
	test_words(&t);
	test_elsewhere(&t);
	test_limits(&t);
	test_no_answer(&t);
	test_lines(&t);
	failure_reporter_free(t.reporter);
	reporting_end(&t.in);
	return check_done();
}
