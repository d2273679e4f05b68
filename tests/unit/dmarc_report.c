/* send/dmarc_report.c: one look at what is to be reported: how long it takes where DNS is
 * slow, what a report takes whatever strangers signed, and that one which cannot be made
 * holds up no other. */
#include "send/dmarc_report.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/thread.h"
#include "store/outbound/dmarc_tally.h"
#include "store_folder.h"

#include <sys/resource.h>

enum { DAY = 86400, HOUR_MS = 3600000 };

struct dns {
	struct resolver resolver;
	int ms;     /* until it answers */
	bool fails; /* it has none */
	int asked;
};

static void ask(struct resolver *r, struct arena *a, str name, enum dns_type type,
		int64_t deadline, struct dns_answer *answer)
{
	struct dns *d = (struct dns *)r;
	(void)a, (void)name, (void)type, (void)deadline;
	d->asked++;
	if (d->ms)
		thread_sleep(d->ms);
	*answer = (struct dns_answer){ .status = d->fails ? DNS_FAILED : DNS_NXDOMAIN,
				       .why = "slow" };
}

struct test {
	struct arena *a;
	struct book *b;
	struct dns dns;
	struct conf conf;
	atomic_bool stopping;
	struct dmarc_reporter *reporter;
};

static int64_t count(struct test *t, const char *sql)
{
	int64_t n = -1;
	bool found;
	CHECK(ok(book_number(t->b, &n, &found, sql)));
	return n;
}

static void begin(struct test *t, int64_t look_ms)
{
	CHECK(ok(book_run(t->b, "DELETE FROM dmarc_tally"))
	      && ok(book_run(t->b, "DELETE FROM dmarc_domain")));
	t->dns = (struct dns){ .resolver.ask = ask };
	t->reporter = dmarc_reporter_new(&(struct dmarc_reporter_conf){
		&t->conf, &t->dns.resolver, t->b, &t->stopping, look_ms });
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
	CHECK(ok(dmarc_tally_add(t->b, &x, &room)));
}

/* Whoever answers slowly takes the time of one look, and later has another turn. */
static void test_slow(struct test *t)
{
	static const char *const names[] = { "a.example", "b.example", "c.example",
					     "d.example", "e.example" };
	begin(t, 50);
	t->dns.ms = 40;
	t->dns.fails = true;
	for (size_t i = 0; i < 5; i++)
		seen(t, names[i], 0, STR(""));
	CHECK(ok(dmarc_reporter_look(t->reporter)));
	int first = t->dns.asked;
	CHECK(first >= 1 && first <= 3);
	for (int i = 0; i < 6; i++)
		CHECK(ok(dmarc_reporter_look(t->reporter)));
	CHECK(t->dns.asked == 5); /* each once; then they wait */
	CHECK(count(t, "SELECT count(*) FROM dmarc_domain") == 5);
	atomic_store(&t->stopping, true);
	seen(t, "f.example", 0, STR(""));
	CHECK(ok(dmarc_reporter_look(t->reporter)) && t->dns.asked == 5);
	atomic_store(&t->stopping, false);
	dmarc_reporter_free(t->reporter);
	CHECK(dmarc_report_wait(0) == HOUR_MS && dmarc_report_wait(1) == 4 * HOUR_MS
	      && dmarc_report_wait(2) == 12 * HOUR_MS
	      && dmarc_report_wait(99) == 12 * HOUR_MS);
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
	CHECK(ok(book_begin(t->b)));
	for (int i = 0; i < DMARC_KINDS; i++)
		seen(t, "large.example", i, buf_str(&lines));
	CHECK(ok(book_commit(t->b)));
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
	CHECK(ok(book_run_values(t->b,
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
	str data = folder_make(a);
	struct test t = { .a = a,
			  .b = fresh_book(a, data, BOOK_OUTBOUND),
			  .conf = { .site_domain = STR("lists.example"),
				    .site_hostname = STR("mail.lists.example"),
				    .site_url = STR("https://lists.example") } };
	test_slow(&t);
	test_large(&t);
	test_hindered(&t);
	book_close(t.b);
	folder_remove(a, data);
	return check_done();
}
