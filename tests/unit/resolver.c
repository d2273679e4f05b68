/* The resolver against a name server that lives in this program. */
#include "net/resolver.h"

#include "base/clock.h"
#include "base/file.h"
#include "tests/nameserver.h"

#include <time.h>

static const struct row zone[] = {
	{ "host.test", DNS_A, 300, "192.0.2.1", STR_NONE },
	{ "host.test", DNS_A, 300, "192.0.2.2", STR_NONE },
	{ "host.test", DNS_AAAA, 300, "2001:db8::1", STR_NONE },
	{ "mail.test", DNS_MX, 300, "20 MX2.Mail.Test", STR_NONE },
	{ "mail.test", DNS_MX, 300, "10 mx1.mail.test", STR_NONE },
	{ "mail.test", DNS_MX, 300, "65535 last.test", STR_NONE },
	{ "null.test", DNS_MX, 300, "0 .", STR_NONE },
	{ "text.test", DNS_TXT, 300, "v=spf1 |-all", STR_NONE },
	{ "text.test", DNS_TXT, 300, "", STR_NONE },
	{ "text.test", DNS_TXT, 300, "a;\"\\ |b||c", STR_NONE },
	{ "one.test", DNS_CNAME, 300, "two.test", STR_NONE },
	{ "two.test", DNS_CNAME, 300, "host.test", STR_NONE },
	{ "dangling.test", DNS_CNAME, 300, "absent.test", STR_NONE },
	{ "short.test", DNS_A, 2, "192.0.2.3", STR_NONE },
	{ "slow.test", DNS_A, 300, "192.0.2.4", STR_NONE },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, 300, "Host.Test", STR_NONE },
	{ "4.0.0.127.in-addr.arpa", DNS_PTR, 300, "loop.test", STR_NONE },
	{ "_25._tcp.host.test", DNS_TLSA, 300, "\3\1\1xyz", STR_NONE },
	{ "odd.test", DNS_PTR, 300, "a b\\.test", STR_NONE },
	{ "fail.test", DNS_A, 0, "servfail", STR_NONE },
	{ "silent.test", DNS_A, 0, "silent", STR_NONE },
};

static struct dns_answer lookup(struct resolver *r, struct arena *a, str name,
				enum dns_type type)
{
	struct dns_answer answer;
	resolver_ask(r, a, name, type, clock_mono_ms() + 10000, &answer);
	return answer;
}

static void statuses(struct resolver *r, struct arena *a)
{
	static const struct {
		const char *name;
		enum dns_type type;
		enum dns_status status;
		size_t count;
	} cases[] = {
		{ "host.test", DNS_A, DNS_FOUND, 2 },
		{ "HOST.Test.", DNS_A, DNS_FOUND, 2 },
		{ "host.test", DNS_AAAA, DNS_FOUND, 1 },
		{ "host.test", DNS_MX, DNS_NODATA, 0 },
		{ "absent.test", DNS_A, DNS_NXDOMAIN, 0 },
		{ "fail.test", DNS_A, DNS_FAILED, 0 },
		{ "one.test", DNS_A, DNS_FOUND, 2 },
		{ "one.test", DNS_MX, DNS_NODATA, 0 },
		{ "one.test", DNS_CNAME, DNS_FOUND, 1 },
		{ "dangling.test", DNS_A, DNS_NXDOMAIN, 0 },
		{ "localhost", DNS_A, DNS_FOUND, 1 },
		{ "", DNS_A, DNS_NXDOMAIN, 0 },
		{ ".", DNS_A, DNS_NXDOMAIN, 0 },
		{ "a..test", DNS_A, DNS_NXDOMAIN, 0 },
		{ ".test", DNS_A, DNS_NXDOMAIN, 0 },
		{ "host\\.test", DNS_A, DNS_NXDOMAIN, 0 },
		{ "ho st.test", DNS_A, DNS_NXDOMAIN, 0 },
		{ "x1234567890123456789012345678901234567890123456789012345678901234."
		  "test",
		  DNS_A, DNS_NXDOMAIN, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dns_answer got = lookup(r, a, str_from(cases[i].name),
					       cases[i].type);
		CHECK(got.status == cases[i].status && got.count == cases[i].count);
		CHECK((got.why != NULL) == (got.status == DNS_FAILED));
		CHECK(!got.secure);
	}
	CHECK(lookup(r, a, STR("host.test\0.org"), DNS_A).status == DNS_NXDOMAIN);
	char long_name[300];
	memset(long_name, 'x', sizeof long_name);
	CHECK(lookup(r, a, (str){ long_name, 300 }, DNS_A).status == DNS_NXDOMAIN);
}

static void records(struct resolver *r, struct arena *a)
{
	struct dns_answer got = lookup(r, a, STR("mail.test"), DNS_MX);
	CHECK(got.count == 3 && got.records[0].preference == 10);
	CHECK(str_eq(got.records[0].name, STR("mx1.mail.test")));
	CHECK(got.records[1].preference == 20);
	CHECK(str_eq(got.records[1].name, STR("mx2.mail.test")));
	CHECK(got.records[2].preference == 65535);

	got = lookup(r, a, STR("null.test"), DNS_MX);
	CHECK(got.count == 1 && got.records[0].preference == 0);
	CHECK(str_eq(got.records[0].name, STR("")));

	got = lookup(r, a, STR("text.test"), DNS_TXT);
	int found = 0;
	CHECK(got.count == 3);
	for (size_t i = 0; i < got.count; i++)
		found += str_eq(got.records[i].data, STR("v=spf1 -all"))
			 + str_eq(got.records[i].data, STR(""))
			 + str_eq(got.records[i].data, STR("a;\"\\ bc"));
	CHECK(found == 3);

	got = lookup(r, a, STR("host.test"), DNS_AAAA);
	CHECK(got.count == 1
	      && str_eq(got.records[0].data,
			STR("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01")));
	got = lookup(r, a, STR("_25._tcp.host.test"), DNS_TLSA);
	CHECK(got.count == 1 && str_eq(got.records[0].data, STR("\3\1\1xyz")));
	got = lookup(r, a, STR("odd.test"), DNS_PTR);
	CHECK(got.count == 1 && str_eq(got.records[0].name, STR("a\\032b\\092.test")));
}

static void reverse(struct resolver *r, struct arena *a)
{
	static const struct {
		const char *ip, *name;
	} cases[] = {
		{ "192.0.2.1", "1.2.0.192.in-addr.arpa" },
		{ "::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa" },
		{ "2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
					"8.b.d.0.1.0.0.2.ip6.arpa" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_addr addr;
		CHECK(!net_parse_ip(str_from(cases[i].ip), &addr).kind);
		CHECK(str_eq(resolver_reverse_name(a, &addr), str_from(cases[i].name)));
	}
	struct dns_answer got = lookup(r, a, STR("1.2.0.192.in-addr.arpa"), DNS_PTR);
	CHECK(got.count == 1 && str_eq(got.records[0].name, STR("host.test")));
	/* A server of one's own answers for the loopback's reverse names, too. */
	got = lookup(r, a, STR("4.0.0.127.in-addr.arpa"), DNS_PTR);
	CHECK(got.count == 1 && str_eq(got.records[0].name, STR("loop.test")));
}

static void timeouts(struct resolver *r, struct arena *a)
{
	struct dns_answer got;
	int64_t began = clock_mono_ms();
	resolver_ask(r, a, STR("silent.test"), DNS_A, began + 200, &got);
	int64_t took = clock_mono_ms() - began;
	CHECK(got.status == DNS_FAILED && strstr(got.why, "in time"));
	CHECK(took >= 195 && took < 5000);
	resolver_ask(r, a, STR("silent.test"), DNS_A, 0, &got); /* long past */
	CHECK(got.status == DNS_FAILED);
	/* The rest is served meanwhile. */
	CHECK(lookup(r, a, STR("null.test"), DNS_MX).status == DNS_FOUND);
}

/* Whether asking makes the server hear of it. libunbound may repeat itself, so
 * how often says nothing. */
static bool reaches_server(struct resolver *r, struct arena *a, struct server *s,
			   const char *name)
{
	const char *what = arena_printf(a, "%s/1 ", name).p;
	int before = times_asked(s, what);
	lookup(r, a, str_from(name), DNS_A);
	return times_asked(s, what) > before;
}

static void cache(struct resolver *r, struct arena *a, struct server *s)
{
	enum { ROUNDS = 10000 };
	CHECK(times_asked(s, "host.test/1 ") >= 1); /* by the cases above */
	CHECK(!reaches_server(r, a, s, "HOST.test"));
	CHECK(!reaches_server(r, a, s, "absent.test"));
	CHECK(!reaches_server(r, a, s, "fail.test"));

	/* Both live for two seconds, or one where libunbound's clock ticks in between;
	 * the second one by its zone's SOA. */
	static const char *const brief[] = { "short.test", "none.test" };
	for (size_t i = 0; i < 2; i++) {
		CHECK(reaches_server(r, a, s, brief[i]));
		CHECK(!reaches_server(r, a, s, brief[i]));
	}
	usleep(3100 * 1000);
	for (size_t i = 0; i < 2; i++)
		CHECK(reaches_server(r, a, s, brief[i]));

	ARENA(scratch);
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < ROUNDS; i++) {
		arena_reset(scratch);
		lookup(r, scratch, STR("mail.test"), DNS_MX);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	long ns = (to.tv_sec - from.tv_sec) * 1000000000 + (to.tv_nsec - from.tv_nsec);
	printf("a cached answer: %ld ns\n", ns / ROUNDS);
	CHECK(ns / ROUNDS < 50000);
}

struct crowd {
	struct resolver *r;
	int found;
};

static void *crowd_ask(void *arg)
{
	struct crowd *c = arg;
	ARENA(a);
	for (int i = 0; i < 50; i++)
		c->found += lookup(c->r, a, STR("slow.test"), DNS_A).count == 1;
	return NULL;
}

/* Many ask the same at once: one question goes out. */
static void together(struct resolver *r, struct server *s)
{
	enum { THREADS = 8 };
	struct crowd crowd[THREADS];
	pthread_t id[THREADS];
	for (int i = 0; i < THREADS; i++) {
		crowd[i] = (struct crowd){ .r = r };
		CHECK(!thread_start_joinable(&id[i], crowd_ask, &crowd[i]).kind);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(id[i], NULL);
		CHECK(crowd[i].found == 50);
	}
	int times = times_asked(s,
				"slow.test/1 "); /* libunbound may repeat itself once */
	CHECK(times == 1 || times == 2);
}

static void refused(struct arena *a)
{
	struct resolver *r = NULL;
	char path[] = "/tmp/postern-anchor-XXXXXX";
	FD_AUTO fd = mkstemp(path);
	err e = resolver_new(a, STR("ns.example:53"), STR(""), &r);
	CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, "ns.example:53"));
	e = resolver_new(a, STR("127.0.0.1:53"), STR("/nonexistent/anchor"), &r);
	CHECK(e.kind == ERR_IO && strstr(e.msg, "/nonexistent/anchor"));
	CHECK(!file_write_all(a, fd, STR("this is no anchor\n")).kind);
	e = resolver_new(a, STR("127.0.0.1:53"), str_from(path), &r);
	CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, path));
	CHECK(r == NULL);
	unlink(path);
}

int main(void)
{
	ARENA(a);
	struct server s;
	struct resolver *r = NULL;
	str at = server_start(a, &s, zone, sizeof zone / sizeof *zone);
	err e = resolver_new(a, at, STR(""), &r);
	CHECK(!e.kind);
	if (e.kind) {
		fprintf(stderr, "%s\n", e.msg);
		return check_done();
	}
	statuses(r, a);
	records(r, a);
	reverse(r, a);
	timeouts(r, a);
	cache(r, a, &s);
	together(r, &s);
	resolver_free(r); /* silent.test is still open */
	server_stop(&s);
	refused(a);
	return check_done();
}
