/* MTA-STS: records, policies and names as tables; and what is in force while DNS and
 * web server come and go. */
#include "send/sts_find.h"
#include "send/sts_rule.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "dns_table.h"
#include "net/fetch.h"
#include "store/outbound/sts.h"
#include "store_folder.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/socket.h>

static void records(void)
{
	static const struct {
		const char *text, *id; /* NULL: no record */
	} cases[] = {
		{ "v=STSv1; id=20160831085700Z;", "20160831085700Z" },
		{ "v=STSv1;id=1", "1" },
		{ "v=STSv1; id=1 ; ", "1" },
		{ "v=STSv1; ext=a b; id=1", "1" },
		{ "v=STSv1; id=12345678901234567890123456789012",
		  "12345678901234567890123456789012" },
		{ "v=STSv1; id=123456789012345678901234567890123", NULL },
		{ "v=STSv1 ; id=1", NULL },
		{ "v=STSv1", NULL },
		{ "v=STSv1;", NULL },
		{ "V=STSv1; id=1", NULL },
		{ "v=STSv2; id=1", NULL },
		{ " v=STSv1; id=1", NULL },
		{ "v=STSv1; id=", NULL },
		{ "v=STSv1; id=a-b", NULL },
		{ "v=STSv1; id=1; id=2", NULL },
		{ "v=STSv1; ID=1", NULL },
		{ "v=STSv1;; id=1", NULL },
		{ "v=STSv1; word; id=1", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str id = STR("untouched");
		bool is = sts_record(str_from(cases[i].text), &id);
		if (is != (cases[i].id != NULL))
			fprintf(stderr, "  %s\n", cases[i].text);
		CHECK(is == (cases[i].id != NULL));
		CHECK(str_eq(id, is ? str_from(cases[i].id) : STR("untouched")));
	}
}

#define HEAD "version: STSv1\n"

static void policies(struct arena *a)
{
	static const struct {
		const char *text;
		enum err_kind want;
		enum sts_mode mode;
		int64_t max_age;
		size_t mx;
	} cases[] = {
		{ HEAD "mode: enforce\nmx: a.example\nmx: *.b.example\nmax_age: 604800\n",
		  ERR_NONE, STS_ENFORCE, 604800, 2 },
		{ "version:STSv1\r\nmode:testing \r\nmax_age: 1\r\nmx:  a.example\r\n",
		  ERR_NONE, STS_TESTING, 1, 1 },
		{ HEAD "mode: none\nmax_age: 0", ERR_NONE, STS_NONE, 0, 0 },
		{ HEAD
		  "mode: testing\nmode: enforce\nmx: a.example\nmax_age: 5\nmax_age: x\n",
		  ERR_NONE, STS_TESTING, 5, 1 },
		{ HEAD "\nnew_key: a: b\nmode: none\nmax_age: 9999999999\n", ERR_NONE,
		  STS_NONE, STS_AGE_MOST, 0 },
		{ "mode: none\nmax_age: 1\n" HEAD, ERR_NONE, STS_NONE, 1, 0 },
		{ "", ERR_SYNTAX, 0, 0, 0 },
		{ "<html>\n", ERR_SYNTAX, 0, 0, 0 },
		{ "version: STSv2\nmode: none\nmax_age: 1\n", ERR_SYNTAX, 0, 0, 0 },
		{ HEAD "mode: ENFORCE\nmx: a.example\nmax_age: 1\n", ERR_SYNTAX, 0, 0,
		  0 },
		{ HEAD "mode: enforce\nmax_age: 1\n", ERR_SYNTAX, 0, 0, 0 },
		{ HEAD "mode: enforce\nmx: a.example\n", ERR_SYNTAX, 0, 0, 0 },
		{ HEAD "mode: enforce\nmx: a.example\nmax_age: -1\n", ERR_SYNTAX, 0, 0,
		  0 },
		{ HEAD "mode: none\nmax_age: 12345678901\n", ERR_SYNTAX, 0, 0, 0 },
		{ HEAD "mode: enforce\nmx: *\nmax_age: 1\n", ERR_SYNTAX, 0, 0, 0 },
		{ HEAD "mode: enforce\nmx: a.*.example\nmax_age: 1\n", ERR_SYNTAX, 0, 0,
		  0 },
		{ HEAD "mode: enforce\nmx: *.*.example\nmax_age: 1\n", ERR_SYNTAX, 0, 0,
		  0 },
		{ HEAD "mode: enforce\nmx: .example\nmax_age: 1\n", ERR_SYNTAX, 0, 0, 0 },
		{ HEAD "mode: enforce\nmx:\nmax_age: 1\n", ERR_SYNTAX, 0, 0, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sts_policy p = { .max_age = 77 };
		err e = sts_parse(a, str_from(cases[i].text), &p);
		if (e.kind != cases[i].want)
			fprintf(stderr, "  %s: %s\n", cases[i].text, e.kind ? e.msg : "");
		CHECK(e.kind == cases[i].want);
		if (e.kind)
			CHECK(p.max_age == 77 && e.msg);
		else
			CHECK(p.mode == cases[i].mode && p.max_age == cases[i].max_age
			      && p.mx_count == cases[i].mx);
	}
	struct sts_policy p;
	str large = { arena_zero(a, STS_MOST + 1), STS_MOST + 1 };
	CHECK(sts_parse(a, large, &p).kind == ERR_LIMIT);
}

static void names(void)
{
	str mx[] = { STR("mx.a.example"), STR("*.b.example") };
	const struct sts_policy p = { .mx = mx, .mx_count = 2 };
	static const struct {
		const char *host;
		bool is;
	} cases[] = {
		{ "mx.a.example", true },       { "MX.A.Example", true },
		{ "mx.a.example.", true },      { "one.b.example", true },
		{ "b.example", false },         { ".b.example", false },
		{ "a.b.b.example", false },     { "xmx.a.example", false },
		{ "mx.a.example.evil", false }, { "oneb.example", false },
		{ "*.b.example", true },        { "", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (sts_names(&p, str_from(cases[i].host)) != cases[i].is)
			fprintf(stderr, "  %s\n", cases[i].host);
		CHECK(sts_names(&p, str_from(cases[i].host)) == cases[i].is);
	}
}

/* --- what is in force */

static struct {
	pthread_mutex_t lock; /* of answer: a slow server outlives who asked */
	struct fetch_answer answer;
	atomic_int asked, wrong, after_ms;
} web = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void set_answer(struct fetch_answer answer)
{
	pthread_mutex_lock(&web.lock);
	web.answer = answer;
	pthread_mutex_unlock(&web.lock);
}

static void *serve_web(void *arg)
{
	ARENA(a);
	struct fetch_request r;
	struct conn *c = conn_new((int)(intptr_t)arg);
	conn_deadline(c, clock_mono_ms() + 60000);
	if (!fetch_read(a, c, &r).kind) {
		bool good = str_eq(r.url, STR("https://mta-sts.uni.example/.well-known/"
					      "mta-sts.txt"))
			    && !r.post && r.most == STS_MOST;
		atomic_fetch_add(&web.wrong, !good);
		thread_sleep(web.after_ms);
		pthread_mutex_lock(&web.lock);
		struct fetch_answer answer = web.answer;
		pthread_mutex_unlock(&web.lock);
		(void)!fetch_write(c, &answer).kind;
	}
	conn_free(c);
	return arg;
}

static err dial_web(void *ctx, struct arena *a, int *fd)
{
	int pair[2];
	(void)ctx, (void)a;
	web.asked++;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return FAIL(ERR_TEMP, "no pair");
	*fd = pair[0];
	return thread_start(serve_web, (void *)(intptr_t)pair[1]);
}

static void set_clock(struct arena *a, str data, int64_t offset)
{
	int fd = open(arena_z(a, arena_cat(a, data, STR("/clock"))), O_RDWR);
	char text[32] = { 0 };
	snprintf(text, sizeof text, "%lld", (long long)offset);
	CHECK(pwrite(fd, text, sizeof text, 0) == sizeof text);
	close(fd);
}

/* In testing a server that the policy does not name is used, but not for what requires
 * proof: who forges an MX record has a good certificate, too. */
static void unnamed_server(struct sts_finder *f, struct arena *a)
{
	struct hop hop = { .name = STR("mx.evil.example"), .by_mx = true };
	const struct {
		enum tls_want want;
		bool proven, used;
	} cases[] = { { TLS_WANT_USUAL, false, true },
		      { TLS_WANT_REQUIRED, false, false },
		      { TLS_WANT_REQUIRED, true, true } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tls_policy p = { 0 };
		struct tls_question q = { STR("uni.example"), &hop, cases[i].want,
					  clock_mono_ms() + 1000 };
		hop.proven = cases[i].proven;
		CHECK(sts_rule(f, a, &q, &p) && p.kind == TLS_POLICY_STS_TESTING);
		CHECK(cases[i].used ? !p.status
				    : p.status && !strcmp(p.status, "5.7.30"));
	}
}

static int mode_of(struct sts_finder *f, struct arena *a)
{
	struct sts_policy p;
	bool unsure;
	return sts_find(f, a, STR("uni.example"), clock_mono_ms() + 1000, &p, &unsure)
		       ? (int)p.mode
		       : -1;
}

static void answer(const char *body)
{
	set_answer((struct fetch_answer){ .status = 200,
					  .type = STR("text/plain; charset=utf-8"),
					  .body = str_from(body) });
}

#define POLICY(mode, age) HEAD "mode: " mode "\nmx: mx.uni.example\nmax_age: " age "\n"

static void in_force(struct arena *a, str data)
{
	struct dns_table t = DNS_TABLE(a);
	struct sts_finder *f = NULL;
	struct tally *tally = NULL;
	const char *name = "_mta-sts.uni.example";
	CHECK(ok(tally_open(a, data, &tally)));
	CHECK(ok(sts_finder_open(a,
				 &(struct sts_finder_conf){ .data = data,
							    .resolver = &t.resolver,
							    .tally = tally,
							    .dial_fetch = dial_web,
							    .brief_ms = 5000 },
				 &f)));
	answer(POLICY("enforce", "1000"));
	CHECK(mode_of(f, a) == -1 && web.asked == 0); /* no record, no question */
	table_txt(&t, name, STR("v=STSv1; id=1"));
	table_txt(&t, name, STR("another text"));
	CHECK(mode_of(f, a) == STS_ENFORCE && web.asked == 1);
	CHECK(mode_of(f, a) == STS_ENFORCE && web.asked == 1); /* kept */
	t.rows[0].record.data = STR("v=STSv1; id=2"); /* a new one, which fails */
	set_answer((struct fetch_answer){ .result = FETCH_BAD_CERTIFICATE,
					  .why = STR("self signed") });
	CHECK(mode_of(f, a) == STS_ENFORCE && web.asked == 2);
	CHECK(mode_of(f, a) == STS_ENFORCE && web.asked == 2); /* not at once again */
	t.count = 0; /* the record has gone, then DNS is silent: both prove nothing */
	CHECK(mode_of(f, a) == STS_ENFORCE);
	table_fail(&t, name);
	CHECK(mode_of(f, a) == STS_ENFORCE);
	sts_finder_close(f); /* a restart forgets failures, and no policy */
	CHECK(ok(sts_finder_open(a,
				 &(struct sts_finder_conf){ .data = data,
							    .resolver = &t.resolver,
							    .tally = tally,
							    .dial_fetch = dial_web,
							    .brief_ms = 5000 },
				 &f)));
	CHECK(mode_of(f, a) == STS_ENFORCE);
	set_clock(a, data, 600); /* the second half of its time: fetched again */
	t.count = 0;
	table_txt(&t, name, STR("v=STSv1; id=1"));
	answer(POLICY("testing", "1000"));
	CHECK(mode_of(f, a) == STS_TESTING && web.asked == 3);
	unnamed_server(f, a);
	set_clock(a, data, 1500);
	t.count = 0;
	CHECK(mode_of(f, a) == STS_TESTING);
	set_clock(a, data, 1700); /* over */
	CHECK(mode_of(f, a) == -1 && web.asked == 3);
	table_txt(&t, name, STR("v=STSv1; id=3"));
	answer(POLICY("none", "1000"));
	CHECK(mode_of(f, a) == -1 && web.asked == 4);
	table_txt(&t, name, STR("v=STSv1; id=4")); /* two: none of them is one */
	answer(POLICY("enforce", "1000"));
	CHECK(mode_of(f, a) == -1 && web.asked == 4);
	sts_finder_close(f);
	tally_close(tally);
}

static void refused_answers(struct arena *a, str data)
{
	const struct {
		struct fetch_answer answer;
		const char *result, *reason;
	} cases[] = {
		{ { .status = 301 }, "sts-policy-fetch-error", "HTTP status 301" },
		{ { .status = 200, .type = STR("text/html"), .body = STR("x") },
		  "sts-policy-fetch-error",
		  "Content-Type is not text/plain" },
		{ { .status = 200, .type = STR("text/plain"), .body = STR("x") },
		  "sts-policy-invalid",
		  "a line is not key: value" },
		{ { .result = FETCH_NO_CONNECTION, .why = STR("refused") },
		  "sts-policy-fetch-error",
		  "refused" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dns_table t = DNS_TABLE(a);
		struct sts_finder *f = NULL;
		struct tally *tally = NULL;
		struct tls_tally_row *rows;
		size_t count = 0;
		table_txt(&t, "_mta-sts.uni.example", STR("v=STSv1; id=9"));
		CHECK(ok(tally_open(a, data, &tally)));
		CHECK(ok(sts_finder_open(
			a,
			&(struct sts_finder_conf){ .data = data,
						   .resolver = &t.resolver,
						   .tally = tally,
						   .dial_fetch = dial_web,
						   .brief_ms = 5000 },
			&f)));
		set_answer(cases[i].answer);
		int64_t day = clock_now() / 86400;
		CHECK(ok(tls_tally_done(tally_book(tally), day, STR("uni.example"))));
		CHECK(mode_of(f, a) == -1);
		CHECK(ok(tally_write(tally)));
		CHECK(ok(tls_tally_of(tally_book(tally), a, day, STR("uni.example"), 9,
				      &rows, &count)));
		CHECK(count == 1);
		if (count == 1)
			CHECK(str_eq(rows[0].result, str_from(cases[i].result))
			      && str_eq(rows[0].reason, str_from(cases[i].reason))
			      && str_eq(rows[0].type, STR("sts"))
			      && rows[0].sessions == 1);
		sts_finder_close(f);
		tally_close(tally);
	}
}

/* A web server that is slow holds mail up for a moment and is heard all the same; where
 * none was asked, for want of a place, the domain is not blamed. */
static void slow_servers(struct arena *a, str data)
{
	struct dns_table t = DNS_TABLE(a);
	struct sts_finder *f = NULL;
	struct tally *tally = NULL;
	struct sts_policy p;
	struct tls_tally_row *rows;
	size_t count;
	bool unsure = false;
	int64_t day = clock_now() / 86400;
	set_clock(a, data, 5000);
	table_txt(&t, "_mta-sts.uni.example", STR("v=STSv1; id=20"));
	CHECK(ok(tally_open(a, data, &tally)));
	CHECK(ok(tls_tally_done(tally_book(tally), day, STR("uni.example"))));
	struct sts_finder_conf conf = { .data = data,
					.resolver = &t.resolver,
					.tally = tally,
					.dial_fetch = dial_web,
					.brief_ms = 5000 };
	CHECK(ok(sts_finder_open(a, &conf, &f)));
	web.asked = 0;
	set_answer((struct fetch_answer){ .result = FETCH_NOT_TRIED,
					  .why = STR("no place") });
	CHECK(!sts_find(f, a, STR("uni.example"), clock_mono_ms() + 4500, &p, &unsure));
	CHECK(unsure && web.asked == 1);
	CHECK(ok(tally_write(tally)));
	CHECK(ok(tls_tally_of(tally_book(tally), a, day, STR("uni.example"), 9, &rows,
			      &count)));
	CHECK(count == 0);
	sts_finder_close(f);

	conf.brief_ms = 50;
	CHECK(ok(sts_finder_open(a, &conf, &f)));
	answer(POLICY("enforce", "1000"));
	web.after_ms = 4000;
	int64_t began = clock_mono_ms();
	CHECK(!sts_find(f, a, STR("uni.example"), began + 900, &p, &unsure) && unsure);
	CHECK(!sts_find(f, a, STR("uni.example"), began + 900, &p, &unsure) && unsure);
	CHECK(clock_mono_ms() - began < 3500); /* the second one did not wait at all */
	while (mode_of(f, a) < 0 && clock_mono_ms() - began < 60000)
		thread_sleep(20);
	CHECK(mode_of(f, a) == STS_ENFORCE && web.asked == 2);
	t.rows[0].record.data = STR("v=STSv1; id=21");
	CHECK(mode_of(f, a) == STS_ENFORCE); /* the one that is kept */
	for (int i = 0; i < 3000 && web.asked < 3; i++)
		thread_sleep(20);
	CHECK(web.asked == 3);
	sts_finder_close(f); /* while it is asked */
	tally_close(tally);
	thread_sleep(4300);
	web.after_ms = 0;
	set_clock(a, data, 9000);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	const char *clock = arena_z(a, arena_cat(a, data, STR("/clock")));
	char zeros[32] = "0";
	CHECK(ok(file_write(a, clock, 0600, (str){ zeros, sizeof zeros })));
	setenv("POSTERN_CLOCK", clock, 1);
	book_close(fresh_book(a, data, BOOK_OUTBOUND));
	records();
	policies(a);
	names();
	in_force(a, data);
	slow_servers(a, data);
	refused_answers(a, data);
	CHECK(atomic_load(&web.wrong) == 0);
	folder_remove(a, data);
	return check_done();
}
