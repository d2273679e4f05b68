#include "send/route.h"

#include "base/buf.h"
#include "base/conf.h"
#include "dns_table.h"
#include "net/addr.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

static struct conf *conf_make(struct arena *a, const char *more)
{
	struct conf *c = arena_zero(a, sizeof *c);
	str text = arena_cat(
		a,
		STR("[site]\ndomain = lists.example\nhostname = mx.lists.example\n"
		    "admin = a@b.example\ndata = /nowhere\n"),
		str_from(more));
	err e = conf_parse(a, "/nowhere/postern.conf", text, NULL, 0, c);
	if (e.kind) {
		fprintf(stderr, "%s\n", e.msg);
		exit(1);
	}
	return c;
}

static void mx(struct dns_table *t, const char *name, unsigned preference,
	       const char *target)
{
	table_add(t, str_from(name), DNS_MX,
		  (struct dns_record){ .preference = preference,
				       .name = str_from(target) });
}

/* Hops as "name ip:port", separated by commas; or the code and why. */
static str found(struct arena *a, const struct conf *c, struct dns_table *t,
		 const char *destination)
{
	struct route r;
	BUF(out);
	route_find(c, &t->resolver, a, str_from(destination), 0, &r);
	if (r.code) {
		buf_addf(&out, "%d %s %.*s", r.code, r.status, STR_F(r.why));
		return arena_copy(a, buf_str(&out));
	}
	for (size_t i = 0; i < r.count; i++) {
		const struct hop *h = &r.hops[i];
		buf_cat(&out, i ? STR(", ") : STR(""), h->lmtp ? STR("lmtp ") : STR(""),
			h->name, h->own ? STR(" own") : STR(""),
			h->path.n ? STR(" ") : STR(""), h->path);
		if (h->addr.len)
			buf_cat(&out, STR(" "), net_text(a, &h->addr));
	}
	return arena_copy(a, buf_str(&out));
}

struct one {
	const char *destination, *want; /* want: its start, where it is an error */
};

static void run(struct arena *a, const struct conf *c, struct dns_table *t,
		const struct one *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str got = found(a, c, t, x[i].destination), want = str_from(x[i].want);
		bool fits = chr_is_digit(x[i].want[0]) && want.n < got.n
				    ? str_starts(got, want)
				    : str_eq(got, want);
		if (!fits)
			fprintf(stderr, "  %s: %.*s\n", x[i].destination, STR_F(got));
		CHECK(fits);
	}
}
#define RUN(a, c, t, x) run((a), (c), (t), (x), sizeof(x) / sizeof *(x))

static void fill(struct dns_table *t)
{
	static const char *const ips[][2] = {
		{ "mx1.uni.example", "192.0.2.1" },
		{ "mx2.uni.example", "192.0.2.2" },
		{ "mx2.uni.example", "2001:db8::2" },
		{ "plain.example", "192.0.2.9" },
		{ "nodata.example", "2001:db8::9" },
		{ "mx6.uni.example", "2001:db8::6" },
		{ "both.example", "192.0.2.8" },
		{ "both.example", "2001:db8::8" },
		{ "mx.lists.example", "192.0.2.100" },
		{ "relay.example", "192.0.2.50" },
		{ "late.example", "192.0.2.60" },
	};
	for (size_t i = 0; i < sizeof ips / sizeof *ips; i++)
		table_ip(t, str_from(ips[i][0]), str_from(ips[i][1]));
	mx(t, "uni.example", 10, "mx1.uni.example");
	mx(t, "uni.example", 20, "mx2.uni.example");
	mx(t, "six.uni.example", 10, "mx6.uni.example");
	mx(t, "null.example", 0, "");
	mx(t, "halfnull.example", 0, "");
	mx(t, "halfnull.example", 10, "mx1.uni.example");
	mx(t, "backup.example", 10, "mx1.uni.example");
	mx(t, "backup.example", 20, "MX.lists.example");
	mx(t, "backup.example", 20, "mx2.uni.example");
	mx(t, "backup.example", 30, "plain.example");
	mx(t, "ours.example", 10, "mx.lists.example");
	mx(t, "ours.example", 20, "mx1.uni.example");
	mx(t, "dead.example", 10, "no.such.example");
	mx(t, "away.example", 10, "away.host.example");
	mx(t, "half.example", 10, "away.host.example");
	mx(t, "half.example", 20, "mx1.uni.example");
	mx(t, "literal.example", 10, "192.0.2.77");
	table_fail(t, "away.host.example");
	table_fail(t, "broken.example");
	table_add(t, STR("empty.example"), TABLE_EXISTS, (struct dns_record){ 0 });
}

static void test_dns(struct arena *a, struct dns_table *t)
{
	static const struct one cases[] = {
		{ "uni.example", "mx1.uni.example 192.0.2.1:25, mx2.uni.example "
				 "[2001:db8::2]:25, mx2.uni.example 192.0.2.2:25" },
		{ "plain.example", "plain.example 192.0.2.9:25" },
		{ "nodata.example", "nodata.example [2001:db8::9]:25" },
		{ "six.uni.example", "mx6.uni.example [2001:db8::6]:25" },
		{ "both.example", "both.example [2001:db8::8]:25, both.example "
				  "192.0.2.8:25" },
		{ "null.example", "556 5.1.10 the domain says that it takes no mail" },
		{ "halfnull.example", "mx1.uni.example 192.0.2.1:25" },
		{ "backup.example", "mx1.uni.example 192.0.2.1:25" },
		{ "ours.example", "mx.lists.example own" },
		{ "lists.example", "mx.lists.example own" },
		{ "dead.example", "550 5.4.4 its mail servers have no address" },
		{ "away.example", "451 4.4.3 the addresses of its mail servers" },
		{ "half.example", "mx1.uni.example 192.0.2.1:25" },
		{ "literal.example", "192.0.2.77 192.0.2.77:25" },
		{ "nowhere.example", "550 5.1.2 the domain does not exist" },
		{ "broken.example", "451 4.4.3 the domain cannot be looked up" },
		{ "empty.example", "550 5.1.2 the domain has neither" },
		{ "[192.0.2.33]", "192.0.2.33 192.0.2.33:25" },
		{ "[IPv6:2001:db8::33]", "2001:db8::33 [2001:db8::33]:25" },
		{ "[]", "550 5.1.2 not an address literal" },
		{ "[nonsense]", "550 5.1.2 not an address literal" },
		{ "[", "550 5.1.2 not an address literal" },
	};
	RUN(a, conf_make(a, ""), t, cases);
	static const struct one port[] = { { "plain.example",
					     "plain.example 192.0.2.9:2525" } };
	RUN(a, conf_make(a, "[send]\nmx_port = 2525\n"), t, port);
}

static void test_written(struct arena *a, struct dns_table *t)
{
	static const struct one table[] = {
		{ "uni.example", "relay.example 192.0.2.50:2526" },
		{ "sub.uni.example", "lmtp localhost /run/lmtp.sock" },
		{ "deep.sub.uni.example", "lmtp localhost /run/lmtp.sock" },
		{ "myuni.example", "550 5.1.2" },
		{ "six.example", "2001:db8::1 [2001:db8::1]:24" },
		{ "lists.example",
		  "lmtp 127.0.0.1 127.0.0.1:24" }, /* a written route goes before ourselves */
		{ "gone.example", "451 4.4.3 the next hop has no address" },
		{ "plain.example", "plain.example 192.0.2.9:25" },
	};
	RUN(a,
	    conf_make(a,
		      "[route]\nuni.example = smtp://relay.example:2526\n*.uni.example = "
		      "lmtp:/run/lmtp.sock\n"
		      "six.example = smtp://[2001:db8::1]:24\nlists.example = "
		      "lmtp://127.0.0.1:24\n"
		      "gone.example = smtp://no.such.example:25\n"),
	    t, table);
	static const struct one relay[] = {
		{ "uni.example", "relay.example 192.0.2.50:587" },
		{ "nowhere.example", "relay.example 192.0.2.50:587" },
		{ "null.example", "relay.example 192.0.2.50:587" },
		{ "plain.example", "127.0.0.1 127.0.0.1:1" },
		{ "lists.example", "mx.lists.example own" },
		{ "[192.0.2.33]", "relay.example 192.0.2.50:587" },
	};
	RUN(a,
	    conf_make(a, "[send]\nrelay = relay.example:587\n[route]\nplain.example = "
			 "smtp://127.0.0.1:1\n"),
	    t, relay);
}

/* Equal preferences share the load; different ones keep their order. */
static void test_order(struct arena *a, struct dns_table *t)
{
	static const char *const names[] = { "a.eq.example", "b.eq.example",
					     "c.eq.example", "d.eq.example" };
	struct conf *c = conf_make(a, "");
	int first[4] = { 0 };
	for (int i = 0; i < 4; i++) {
		table_ip(t, str_from(names[i]), arena_printf(a, "192.0.2.%d", 150 + i));
		mx(t, "eq.example", i < 3 ? 10 : 20, names[i]);
	}
	for (int n = 0; n < 300; n++) {
		struct route r;
		route_find(c, &t->resolver, a, STR("eq.example"), 0, &r);
		CHECK(r.count == 4 && str_eq(r.hops[3].name, str_from(names[3])));
		for (int i = 0; i < 3; i++)
			first[i] += str_eq(r.hops[0].name, str_from(names[i]));
	}
	CHECK(first[0] > 40 && first[1] > 40 && first[2] > 40);
}

/* Whoever has a hundred servers is tried at no more than HOPS_MAX. */
static void test_many(struct arena *a, struct dns_table *t)
{
	struct route r;
	for (int i = 0; i < 60; i++) {
		str name = arena_printf(a, "mx%d.many.example", i);
		table_ip(t, name, arena_printf(a, "198.51.100.%d", i + 1));
		table_add(t, STR("many.example"), DNS_MX,
			  (struct dns_record){ .preference = (unsigned)i, .name = name });
	}
	route_find(conf_make(a, ""), &t->resolver, a, STR("many.example"), 0, &r);
	CHECK(r.count == HOPS_MAX
	      && str_eq(r.hops[HOPS_MAX - 1].name,
			arena_printf(a, "mx%d.many.example", HOPS_MAX - 1)));
}

static struct hop first_hop(struct arena *a, const struct conf *c, struct dns_table *t,
			    const char *destination)
{
	struct route r;
	route_find(c, &t->resolver, a, str_from(destination), 0, &r);
	CHECK(r.count > 0);
	return r.count ? r.hops[0] : (struct hop){ .name = STR("") };
}

/* What DANE and REQUIRETLS rest on (RFC 7672 section 2.2.1). */
static void test_proven(struct arena *a, struct dns_table *t)
{
	static const struct {
		const char *destination;
		bool by_mx, proven, secure; /* where DNSSEC validates all */
		bool proven_without;        /* and where nothing is */
		const char *canonical;
	} cases[] = {
		{ "uni.example", true, true, true, false, "" },
		{ "aliased.example", true, true, true, false, "mx1.uni.example" },
		{ "plain.example", true, true, true, true, "" },
		{ "[192.0.2.33]", false, true, false, true, "" },
		{ "route.example", false, true, true, true, "" },
		{ "literal.example", true, true, false, false, "" },
	};
	struct conf *c = conf_make(a,
				   "[route]\nroute.example = smtp://relay.example:587\n");
	mx(t, "aliased.example", 10, "alias.uni.example");
	table_name(t, STR("alias.uni.example"), DNS_CNAME, STR("mx1.uni.example"));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		t->secure = true;
		struct hop hop = first_hop(a, c, t, cases[i].destination);
		CHECK(hop.by_mx == cases[i].by_mx && hop.proven == cases[i].proven
		      && hop.secure == cases[i].secure
		      && str_eq(hop.canonical, str_from(cases[i].canonical)));
		t->secure = false;
		hop = first_hop(a, c, t, cases[i].destination);
		CHECK(hop.proven == cases[i].proven_without && !hop.secure);
	}
}

int main(void)
{
	ARENA(a);
	struct dns_table *t = arena_zero(a, sizeof *t);
	*t = DNS_TABLE(a);
	fill(t);
	test_dns(a, t);
	test_written(a, t);
	test_order(a, t);
	test_many(a, t);
	test_proven(a, t);
	return check_done();
}
