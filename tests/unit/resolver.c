/* The resolver against a name server that lives in this program: a thread, a
 * UDP socket on 127.0.0.1 and a table. */
#include "net/resolver.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

enum { SOA = 6, SERVFAIL = 2, NXDOMAIN = 3, SLOW_MS = 20 };

/* --- the name server --- */

static const struct row {
	const char *name;
	int type;
	unsigned ttl;
	const char *text; /* TXT: strings separated by | */
} zone[] = {
	{ "host.test", DNS_A, 300, "192.0.2.1" },
	{ "host.test", DNS_A, 300, "192.0.2.2" },
	{ "host.test", DNS_AAAA, 300, "2001:db8::1" },
	{ "mail.test", DNS_MX, 300, "20 MX2.Mail.Test" },
	{ "mail.test", DNS_MX, 300, "10 mx1.mail.test" },
	{ "mail.test", DNS_MX, 300, "65535 last.test" },
	{ "null.test", DNS_MX, 300, "0 ." },
	{ "text.test", DNS_TXT, 300, "v=spf1 |-all" },
	{ "text.test", DNS_TXT, 300, "" },
	{ "text.test", DNS_TXT, 300, "a;\"\\ |b||c" },
	{ "one.test", DNS_CNAME, 300, "two.test" },
	{ "two.test", DNS_CNAME, 300, "host.test" },
	{ "dangling.test", DNS_CNAME, 300, "absent.test" },
	{ "short.test", DNS_A, 2, "192.0.2.3" },
	{ "slow.test", DNS_A, 300, "192.0.2.4" },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, 300, "Host.Test" },
	{ "4.0.0.127.in-addr.arpa", DNS_PTR, 300, "loop.test" },
	{ "_25._tcp.host.test", DNS_TLSA, 300, "\3\1\1xyz" },
	{ "odd.test", DNS_PTR, 300, "a b\\.test" },
	{ "fail.test", DNS_A, 0, "servfail" },
	{ "silent.test", DNS_A, 0, "silent" },
};

struct server {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	char asked[4096]; /* "name/type " of each question, in order */
	size_t asked_n;
};

static void add_name(struct buf *b, const char *text)
{
	str rest = str_from(text), label;
	while (rest.n && !str_eq(rest, STR("."))) {
		if (!str_cut(rest, '.', &label, &rest)) {
			label = rest;
			rest = STR_NONE;
		}
		buf_add_char(b, (char)label.n);
		buf_add(b, label);
	}
	buf_add_char(b, '\0');
}

static void add_16(struct buf *b, unsigned n)
{
	buf_add_char(b, (char)(n >> 8));
	buf_add_char(b, (char)n);
}

static void add_data(struct buf *b, const struct row *row)
{
	unsigned char octets[16];
	str rest = str_from(row->text), head;
	switch (row->type) {
	case DNS_A:
	case DNS_AAAA:
		inet_pton(row->type == DNS_A ? AF_INET : AF_INET6, row->text, octets);
		buf_add(b, (str){ (char *)octets, row->type == DNS_A ? 4 : 16 });
		break;
	case DNS_MX:
		add_16(b, (unsigned)atoi(row->text));
		add_name(b, strchr(row->text, ' ') + 1);
		break;
	case DNS_TXT:
		for (bool more = true; more;) {
			if (!(more = str_cut(rest, '|', &head, &rest)))
				head = rest;
			buf_add_char(b, (char)head.n);
			buf_add(b, head);
		}
		break;
	case DNS_TLSA:
		buf_add(b, rest);
		break;
	default:
		add_name(b, row->text);
	}
}

static void add_record(struct buf *b, const char *name, int type, unsigned ttl, str data)
{
	add_name(b, name);
	add_16(b, (unsigned)type);
	add_16(b, 1);
	add_16(b, ttl >> 16);
	add_16(b, ttl & 0xffff);
	add_16(b, (unsigned)data.n);
	buf_add(b, data);
}

static const struct row *find_row(const char *name, int type)
{
	for (size_t i = 0; i < sizeof zone / sizeof *zone; i++)
		if (!strcasecmp(zone[i].name, name) && (!type || zone[i].type == type))
			return &zone[i];
	return NULL;
}

/* The records for a question, CNAMEs followed. Their number; *last: the name
 * that the chain ends at. */
static unsigned add_answers(struct buf *b, const char **last, int type)
{
	unsigned count = 0;
	const struct row *alias;
	while ((alias = find_row(*last, DNS_CNAME)) && type != DNS_CNAME) {
		BUF(data);
		add_data(&data, alias);
		add_record(b, *last, DNS_CNAME, alias->ttl, buf_str(&data));
		*last = alias->text;
		count++;
	}
	for (size_t i = 0; i < sizeof zone / sizeof *zone; i++)
		if (!strcasecmp(zone[i].name, *last) && zone[i].type == type) {
			BUF(data);
			add_data(&data, &zone[i]);
			add_record(b, *last, type, zone[i].ttl, buf_str(&data));
			count++;
		}
	return count;
}

/* The question's name as text; the octets it took. */
static size_t read_name(const unsigned char *p, char text[static 256])
{
	size_t at = 0, n = 0;
	while (p[at] && at + p[at] < 255) {
		for (size_t i = 1; i <= p[at]; i++)
			text[n++] = p[at + i] ? (char)p[at + i] : '?';
		text[n++] = '.';
		at += p[at] + 1u;
	}
	text[n ? n - 1 : 0] = '\0';
	return at + 1;
}

static void note(struct server *s, const char *name, int type)
{
	pthread_mutex_lock(&s->lock);
	int n = snprintf(s->asked + s->asked_n, sizeof s->asked - s->asked_n, "%s/%d ",
			 name, type);
	if (n > 0 && s->asked_n + (size_t)n < sizeof s->asked)
		s->asked_n += (size_t)n;
	pthread_mutex_unlock(&s->lock);
}

static void reply(struct buf *b, const unsigned char *query, size_t question_n,
		  const char *name, int type)
{
	BUF(answers);
	const struct row *row = find_row(name, 0);
	bool fails = row && !strcmp(row->text, "servfail");
	const char *last = name;
	unsigned count = fails ? 0 : add_answers(&answers, &last, type);
	unsigned rcode = fails ? SERVFAIL : find_row(last, 0) ? 0 : NXDOMAIN;
	bool negative = !fails && !find_row(last, type);
	BUF(soa);
	add_name(&soa, "ns.test");
	add_name(&soa, "admin.test");
	for (int i = 0; i < 5; i++) { /* serial, refresh, retry, expire, minimum */
		add_16(&soa, 0);
		add_16(&soa, 2);
	}
	buf_add(b, (str){ (const char *)query, 2 });
	add_16(b, 0x8580 | rcode);
	add_16(b, 1);
	add_16(b, count);
	add_16(b, negative ? 1 : 0);
	add_16(b, 0);
	buf_add(b, (str){ (const char *)query + 12, question_n });
	buf_add(b, buf_str(&answers));
	if (negative)
		add_record(b, "test", SOA, 2, buf_str(&soa));
}

static void *serve(void *arg)
{
	struct server *s = arg;
	for (;;) {
		unsigned char query[1500] = { 0 };
		char name[256];
		struct sockaddr_in from;
		socklen_t from_n = sizeof from;
		ssize_t n = recvfrom(s->fd, query, sizeof query - 300, 0,
				     (struct sockaddr *)&from, &from_n);
		if (n < 17) /* the farewell is one octet */
			return NULL;
		size_t name_n = read_name(query + 12, name);
		int type = query[12 + name_n] << 8 | query[13 + name_n];
		note(s, name, type);
		const struct row *row = find_row(name, 0);
		if (row && !strcmp(row->text, "silent"))
			continue;
		if (row && !strcmp(row->name, "slow.test"))
			usleep(SLOW_MS * 1000);
		BUF(b);
		reply(&b, query, name_n + 4, name, type);
		sendto(s->fd, b.p, b.n, 0, (struct sockaddr *)&from, from_n);
	}
}

static str server_start(struct arena *a, struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	*s = (struct server){ .fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	pthread_mutex_init(&s->lock, NULL);
	CHECK(bind(s->fd, (struct sockaddr *)&at, n) == 0);
	CHECK(getsockname(s->fd, (struct sockaddr *)&at, &n) == 0);
	CHECK(!thread_start_joinable(&s->thread, serve, s).kind);
	return arena_printf(a, "127.0.0.1:%d", ntohs(at.sin_port));
}

static void server_stop(struct server *s)
{
	struct sockaddr_in at;
	socklen_t n = sizeof at;
	getsockname(s->fd, (struct sockaddr *)&at, &n);
	sendto(s->fd, ".", 1, 0, (struct sockaddr *)&at, n);
	pthread_join(s->thread, NULL);
	close(s->fd);
}

/* How often the server was asked for "name/type". */
static int times_asked(struct server *s, const char *what)
{
	int count = 0;
	pthread_mutex_lock(&s->lock);
	for (const char *at = s->asked; (at = strcasestr(at, what)); at++)
		if (at == s->asked || at[-1] == ' ')
			count++;
	pthread_mutex_unlock(&s->lock);
	return count;
}

/* --- asking --- */

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
	str at = server_start(a, &s);
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
