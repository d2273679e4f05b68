/* send/dmarc_report.c: one look at what is to be reported: how long it takes where DNS is
 * slow, what a report takes whatever strangers signed, and that one which cannot be made
 * holds up no other. */
#include "send/dmarc_report.h"

#include "base/buf.h"
#include "base/clock.h"
#include "reporting.h"
#include "send/report_look.h"
#include "store/outbound/dmarc_tally.h"

#include <sys/resource.h>

enum { DAY = 86400, HOUR_MS = 3600000 };

struct test {
	struct arena *a;
	struct reporting in;
	struct dmarc_reporter *reporter;
};

static int64_t count(struct test *t, const char *sql)
{
	return reporting_count(t->in.b, sql);
}

static void begin(struct test *t, int64_t look_ms)
{
	CHECK(ok(book_run(t->in.b, "DELETE FROM dmarc_tally"))
	      && ok(book_run(t->in.b, "DELETE FROM dmarc_domain")));
	reporting_fresh_dns(&t->in);
	t->reporter = dmarc_reporter_new(&reporting_conf(&t->in, look_ms));
}

static void seen(struct test *t, const char *domain, int ip, str signatures)
{
	struct dmarc_room room = { 0 };
	str none = STR(""), name = str_from(domain);
	struct dmarc_seen x = { .day = clock_now() / DAY - 2,
				.domain = name,
				.registrant = name,
				.record = arena_cat(t->a,
						    STR("v=DMARC1; p=none; "
							"rua=mailto:r@"),
						    name),
				.source_ip = arena_printf(t->a, "10.0.%d.%d", ip / 250,
							  ip % 250),
				.disposition = STR("none"),
				.dkim = STR("fail"),
				.spf = STR("fail"),
				.reason = none,
				.comment = none,
				.header_from = name,
				.envelope_from = none,
				.spf_domain = none,
				.spf_result = none,
				.signatures = signatures,
				.messages = 1 };
	CHECK(ok(dmarc_tally_add(t->in.b, &x, &room)));
}

/* Whoever answers slowly takes the time of one look, and later has another turn. */
static void test_slow(struct test *t)
{
	static const char *const names[] = { "a.example", "b.example", "c.example",
					     "d.example", "e.example" };
	begin(t, 50);
	t->in.dns.ms = 40;
	t->in.dns.fails = true;
	for (size_t i = 0; i < 5; i++)
		seen(t, names[i], 0, STR(""));
	CHECK(ok(dmarc_reporter_look(t->reporter)));
	int first = t->in.dns.asked;
	CHECK(first >= 1 && first <= 3);
	for (int i = 0; i < 6; i++)
		CHECK(ok(dmarc_reporter_look(t->reporter)));
	CHECK(t->in.dns.asked == 5); /* each once; then they wait */
	CHECK(count(t, "SELECT count(*) FROM dmarc_domain") == 5);
	atomic_store(&t->in.stopping, true);
	seen(t, "f.example", 0, STR(""));
	CHECK(ok(dmarc_reporter_look(t->reporter)) && t->in.dns.asked == 5);
	atomic_store(&t->in.stopping, false);
	dmarc_reporter_free(t->reporter);
	static const int64_t hours[] = { 1, 4, 12, 12, 12 };
	for (size_t i = 0; i < sizeof hours / sizeof *hours; i++)
		CHECK(report_look_wait(i, 12) == hours[i] * HOUR_MS
		      && report_look_wait(i, 1) == HOUR_MS);
}

static long peak_mb(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss / 1024;
}

/* A thousand kinds, each with more signatures than are judged: a record names ten. */
static void test_large(struct test *t)
{
	BUF(lines);
	for (int i = 0; i < 300; i++)
		buf_addf(&lines, "pass d%d.example s\n", i);
	begin(t, 0);
	CHECK(ok(book_begin(t->in.b)));
	for (int i = 0; i < DMARC_KINDS; i++)
		seen(t, "large.example", i, buf_str(&lines));
	CHECK(ok(book_commit(t->in.b)));
	long before = peak_mb();
	CHECK(ok(dmarc_reporter_look(t->reporter)));
	long grown = peak_mb() - before;
	if (grown >= 100)
		fprintf(stderr, "  %ld MB\n", grown);
	CHECK(grown < 100);
	CHECK(count(t, "SELECT count(*) FROM delivery WHERE recipient = "
		       "'r@large.example'")
	      == 1);
	dmarc_reporter_free(t->reporter);
}

static void test_hindered(struct test *t)
{
	begin(t, 0);
	seen(t, "bad.example", 0, STR(""));
	seen(t, "good.example", 0, STR(""));
	CHECK(ok(book_run_values(t->in.b,
				 "CREATE TRIGGER hinders BEFORE INSERT ON message WHEN "
				 "NEW.source LIKE '%bad.example' BEGIN "
				 "SELECT raise(ABORT, 'no'); END",
				 NULL, 0)));
	CHECK(ok(dmarc_reporter_look(t->reporter)));
	CHECK(count(t, "SELECT count(*) FROM delivery WHERE recipient = "
		       "'r@good.example'")
	      == 1);
	CHECK(count(t, "SELECT count(*) FROM dmarc_domain") == 1);
	dmarc_reporter_free(t->reporter);
}

int main(void)
{
	ARENA(a);
	struct test t = { .a = a, .in = reporting_make(a) };
	test_slow(&t);
	test_large(&t);
	test_hindered(&t);
	reporting_end(&t.in);
	return check_done();
}
