/* Reports on TLS that leave: a third person's mailbox or server gets so many a day, the
 * domain's own all of them, and a report has a size whatever a stranger publishes. */
#include "send/reporter.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/gzip.h"
#include "base/log.h"
#include "mail/report_tls.h"
#include "mail/tls_want.h"
#include "net/fetch.h"
#include "reporting.h"
#include "send/report_limit.h"
#include "store/outbound/budget.h"
#include "store/outbound/message.h"

#include <sys/socket.h>

enum { DAY = 86400, THIRD = 14, OWN = 3, NEXT_LOOK_MS = 5500 };

/* Hosts that are counted as others than they are, or not at all. */
static const char *const odd[] = {
	"https://uni@victim.example/x",
	"https://uni:x@victim.example/x",
	"https://%76ictim.example/x",
	"https://victim.example./x",
	"https://victim.example%2e:443/",
	"https://[::1]/x",
	"https:///x",
	"https://vic\303\255tim.example/x",
};
enum { ODD = sizeof odd / sizeof *odd };

static atomic_int dialled;

/* The role fetch is away: an attempt is all that can be seen. */
static err dial_fetch(void *ctx, struct arena *a, int *fd)
{
	(void)ctx, (void)a, (void)fd;
	atomic_fetch_add(&dialled, 1);
	return FAIL(ERR_TEMP, "away");
}

static void counts(struct arena *a, struct book *b)
{
	static const struct {
		const char *domain, *host, *mailbox;
		int may; /* of 120 */
	} cases[] = {
		{ "a.example", "box.example", "Rua@Box.Example", REPORTS_TO_MAILBOX },
		{ "b.example", "box.example", "rua+tag@box.example", 0 },
		{ "b.example", "sub.box.example", "rua@sub.box.example",
		  REPORTS_TO_MAILBOX },
		{ "c.example", "web.box.example", "",
		  REPORTS_TO_HOST - 2 * REPORTS_TO_MAILBOX },
		{ "c.example", "box.example", "else@box.example", 0 },
		{ "mail.c.example", "tls.c.example", "x@tls.c.example", 120 },
		{ "c.example", "d.example", "x@d.example", REPORTS_TO_MAILBOX },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int went = 0;
		struct report_to to = report_to(a, str_from(cases[i].domain),
						str_from(cases[i].host),
						str_from(cases[i].mailbox));
		for (int n = 0; n < 120; n++) {
			bool yes = false;
			CHECK(ok(report_limit_ask(b, a, &to, &yes)));
			if (yes)
				CHECK(ok(report_limit_count(b, a, &to)));
			went += yes;
		}
		if (went != cases[i].may)
			fprintf(stderr, "  %zu: %d\n", i, went);
		CHECK(went == cases[i].may);
	}
	CHECK(ok(book_run(b, "DELETE FROM budget")));
}

static void add(struct book *b, int64_t day, str domain, str mx, str policy)
{
	CHECK(ok(tls_tally_add(
		b, &(struct tls_tally_row){
			   .day = day,
			   .domain = domain,
			   .type = policy.n ? STR("tlsa") : STR("no-policy-found"),
			   .policy = policy,
			   .result = mx.n ? STR("validation-failure") : STR(""),
			   .mx = mx,
			   .sessions = 2 })));
}

static void ask_for(struct dns_table *t, str domain, const char *rua)
{
	struct arena *a = t->a;
	table_txt(t, arena_z(a, arena_cat(a, STR("_smtp._tls."), domain)),
		  arena_cat(a, STR("v=TLSRPTv1; rua="), str_from(rua)));
}

/* Many domains that name one person, some that name their own, one whose servers have
 * names and records without end. */
static void fill(struct dns_table *t, struct book *b, int64_t day)
{
	struct arena *a = t->a;
	char *records = arena_zero(a, 4000);
	for (int i = 0; i < THIRD; i++) {
		str domain = arena_printf(a, "many%02d.example", i);
		ask_for(t, domain, "mailto:victim@person.example");
		add(b, day, domain, STR(""), STR(""));
	}
	for (int i = 0; i < OWN; i++) {
		str domain = arena_printf(a, "own%d.uni.example", i);
		ask_for(t, domain, "mailto:tls@uni.example,https://r.uni.example/x");
		add(b, day, domain, STR(""), STR(""));
	}
	for (int i = 0; i < ODD; i++) {
		str domain = arena_printf(a, "a%d.example", i); /* first of all */
		ask_for(t, domain, odd[i]);
		add(b, day, domain, STR(""), STR(""));
	}
	ask_for(t, STR("large.example"), "mailto:tls@large.example");
	memset(records, 'x', 4000);
	for (int i = 0; i < 900; i++)
		add(b, day, STR("large.example"),
		    arena_printf(a, "mx%d.large.example", i),
		    arena_cat(a, arena_printf(a, "%d ", i), (str){ records, 4000 }));
}

static void the_large_one(struct arena *a, struct book *b)
{
	int64_t id = -1;
	bool found;
	struct outbound_message m = { 0 };
	struct report_tls r;
	int64_t failures = 0;
	size_t details = 0, octets = 0;
	str mail;
	CHECK(ok(book_number(b, &id, &found,
			     "SELECT id FROM message WHERE source LIKE "
			     "'%tls@large.example'")));
	CHECK(ok(outbound_get(b, a, id, &m)) && m.tls == TLS_WANT_REPORT);
	CHECK(ok(outbound_body_read(b, a, id, 0, 8 << 20, &mail)));
	CHECK(ok(report_tls_read(a, mail, &r)));
	for (size_t i = 0; i < r.policy_count; i++) {
		failures += r.policies[i].failures;
		details += r.policies[i].detail_count;
		for (size_t n = 0; n < r.policies[i].string_count; n++)
			octets += r.policies[i].strings[n].n;
	}
	CHECK(failures == 1800); /* counted, each of them */
	CHECK(details > 0 && octets > 100000 && octets <= 256 * 1024);
}

static void reports(struct arena *a, str data)
{
	struct dns_table t = DNS_TABLE(a);
	struct tally *tally = NULL;
	struct reporter *r = NULL;
	struct conf conf = { .trust_reports = true,
			     .site_domain = STR("lists.example"),
			     .site_hostname = STR("mail.lists.example") };
	CHECK(ok(tally_open(a, data, &tally)));
	struct book *b = tally_book(tally);
	fill(&t, b, clock_now() / DAY - 2);
	struct book *seen = book_at(a, data, BOOK_OUTBOUND, BOOK_READ);
	CHECK(ok(reporter_start(
		&(struct reporter_conf){ &conf, &t.resolver, tally, dial_fetch, NULL },
		&r)));
	for (int i = 0; i < 500
			&& reporting_count(seen, "SELECT count(*) FROM delivery")
				   < REPORTS_TO_MAILBOX + OWN + 1;
	     i++)
		thread_sleep(20);
	reporter_stop(r);
	CHECK(reporting_count(seen, "SELECT count(*) FROM delivery WHERE recipient = "
				    "'victim@person.example'")
	      == REPORTS_TO_MAILBOX);
	CHECK(reporting_count(seen, "SELECT count(*) FROM delivery WHERE recipient = "
				    "'tls@uni.example'")
	      == OWN);
	CHECK(atomic_load(&dialled) == OWN);
	/* What did not go waits for another day. */
	CHECK(reporting_count(seen, "SELECT count(DISTINCT domain) FROM tls_tally")
	      == THIRD - REPORTS_TO_MAILBOX + ODD);
	the_large_one(a, seen);
	book_close(seen);
	tally_close(tally);
}

/* One domain's report that cannot be written down holds up no other's, and what was
 * posted for it is not posted again at once. */
static void one_fails(struct arena *a, str data)
{
	struct dns_table t = DNS_TABLE(a);
	struct tally *tally = NULL;
	struct reporter *r = NULL;
	struct conf conf = { .trust_reports = true,
			     .site_domain = STR("lists.example"),
			     .site_hostname = STR("mail.lists.example") };
	int before = atomic_load(&dialled);
	CHECK(ok(tally_open(a, data, &tally)));
	struct book *b = tally_book(tally);
	CHECK(ok(book_run(b, "DELETE FROM tls_tally")));
	ask_for(&t, STR("bad.example"), "https://bad.example/x,mailto:r@bad.example");
	ask_for(&t, STR("good.example"), "mailto:r@good.example");
	add(b, clock_now() / DAY - 2, STR("bad.example"), STR(""), STR(""));
	add(b, clock_now() / DAY - 2, STR("good.example"), STR(""), STR(""));
	CHECK(ok(book_run_values(b,
				 "CREATE TRIGGER hinders BEFORE INSERT ON message WHEN "
				 "NEW.source LIKE '%bad.example' BEGIN "
				 "SELECT raise(ABORT, 'no'); END",
				 NULL, 0)));
	struct book *seen = book_at(a, data, BOOK_OUTBOUND, BOOK_READ);
	CHECK(ok(reporter_start(
		&(struct reporter_conf){ &conf, &t.resolver, tally, dial_fetch, NULL },
		&r)));
	for (int i = 0;
	     i < 500
	     && !reporting_count(seen, "SELECT count(*) FROM delivery WHERE recipient = "
				       "'r@good.example'");
	     i++)
		thread_sleep(20);
	thread_sleep(NEXT_LOOK_MS);
	reporter_stop(r);
	CHECK(reporting_count(seen, "SELECT count(*) FROM delivery WHERE recipient = "
				    "'r@good.example'")
	      == 1);
	CHECK(reporting_count(seen, "SELECT count(*) FROM tls_tally WHERE domain = "
				    "'bad.example'")
	      == 1);
	CHECK(reporting_count(seen, "SELECT count(*) FROM tls_tally") == 1);
	CHECK(atomic_load(&dialled) == before + 1);
	CHECK(reporting_count(seen, "SELECT count(*) FROM tls_posted") == 0);
	book_close(seen);
	tally_close(tally);
}

/* The role fetch says that the server has taken it: what it says stands in the socket
 * before it is asked. */
static atomic_int taken;

static err dial_taker(void *ctx, struct arena *a, int *fd)
{
	struct conn **role = ctx;
	int pair[2];
	(void)a;
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	conn_free(*role);
	*role = conn_new(pair[1]);
	CHECK(ok(fetch_write(*role, &(struct fetch_answer){ .status = 201 })));
	*fd = pair[0];
	atomic_fetch_add(&taken, 1);
	return OK;
}

/* Until what the SQL counts is so many, or for four seconds. */
static void report_until(str data, struct tally *tally, struct dns_table *t,
			 const char *sql, int64_t many)
{
	struct reporter *r = NULL;
	struct conn *role = NULL;
	struct conf conf = { .trust_reports = true,
			     .site_domain = STR("lists.example"),
			     .site_hostname = STR("mail.lists.example") };
	struct book *seen = book_at(t->a, data, BOOK_OUTBOUND, BOOK_READ);
	CHECK(ok(reporter_start(
		&(struct reporter_conf){ &conf, &t->resolver, tally, dial_taker, &role },
		&r)));
	for (int i = 0; i < 200 && reporting_count(seen, sql) != many; i++)
		thread_sleep(20);
	reporter_stop(r);
	CHECK(reporting_count(seen, sql) == many);
	conn_free(role);
	book_close(seen);
}

static const char counts_left[] = "SELECT count(*) FROM tls_tally";

/* The book fails behind what was posted, or we end between the note and the end: whoever
 * starts anew posts nothing again. */
static void posted_once(struct arena *a, str data)
{
	static const char url[] = "https://later.example/x";
	struct dns_table t = DNS_TABLE(a);
	struct tally *tally = NULL;
	int64_t day = clock_now() / DAY - 3;
	CHECK(ok(tally_open(a, data, &tally)));
	struct book *b = tally_book(tally);
	CHECK(ok(book_run(b, "DELETE FROM tls_tally")));
	ask_for(&t, STR("later.example"), url);
	add(b, day, STR("later.example"), STR(""), STR(""));
	CHECK(ok(book_run_values(b,
				 "CREATE TRIGGER stays BEFORE DELETE ON tls_tally BEGIN "
				 "SELECT raise(ABORT, 'no'); END",
				 NULL, 0)));
	report_until(data, tally, &t, "SELECT count(*) FROM tls_posted", 1);
	CHECK(reporting_count(b, counts_left) == 1 && atomic_load(&taken) == 1);
	CHECK(ok(book_run_values(b, "DROP TRIGGER stays", NULL, 0)));
	report_until(data, tally, &t, counts_left, 0);
	CHECK(atomic_load(&taken) == 1);

	add(b, day, STR("later.example"), STR(""), STR("")); /* written late */
	report_until(data, tally, &t, counts_left, 0);
	CHECK(atomic_load(&taken) == 1);

	add(b, day + 1, STR("later.example"), STR(""),
	    STR("")); /* the next day's is another */
	report_until(data, tally, &t, counts_left, 0);
	CHECK(atomic_load(&taken) == 2);
	tally_close(tally);
}

/* A look that fails lets what is old go all the same. */
static void hindered(struct arena *a, str data)
{
	struct dns_table t = DNS_TABLE(a);
	struct tally *tally = NULL;
	struct reporter *r = NULL;
	struct conf conf = { .trust_dmarc_reports = true };
	CHECK(ok(tally_open(a, data, &tally)));
	struct book *b = tally_book(tally);
	CHECK(ok(book_run(b, "DELETE FROM tls_tally")));
	add(b, clock_now() / DAY - 9, STR("old.example"), STR(""), STR(""));
	CHECK(ok(book_run_values(b, "ALTER TABLE dmarc_domain RENAME TO away", NULL, 0)));
	struct book *seen = book_at(a, data, BOOK_OUTBOUND, BOOK_READ);
	CHECK(ok(reporter_start(
		&(struct reporter_conf){ &conf, &t.resolver, tally, dial_fetch, NULL },
		&r)));
	for (int i = 0;
	     i < 200 && reporting_count(seen, "SELECT count(*) FROM tls_tally"); i++)
		thread_sleep(20);
	reporter_stop(r);
	CHECK(reporting_count(seen, "SELECT count(*) FROM tls_tally") == 0);
	book_close(seen);
	tally_close(tally);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_OUTBOUND);
	counts(a, b);
	book_close(b);
	reports(a, data);
	one_fails(a, data);
	posted_once(a, data);
	hindered(a, data);
	folder_remove(a, data);
	return check_done();
}
