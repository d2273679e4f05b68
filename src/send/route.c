#include "send/route.h"

#include "base/rand.h"
#include "mail/address.h"

#include <netinet/in.h>

struct finding {
	const struct conf *conf;
	struct resolver *resolver;
	struct arena *a;
	int64_t deadline;
	struct route *r;
	const char *failed; /* a name server did not answer: why */
	bool by_mx, proven; /* of the hops that come next: route.h */
};

static void no_way(struct finding *f, int code, const char *status, str why)
{
	if (!f->r->count)
		*f->r = (struct route){
			.hops = f->r->hops, .code = code, .status = status, .why = why
		};
}

static void no_answer(struct finding *f, str what)
{
	no_way(f, 451, "4.4.3", arena_cat(f->a, what, STR(": "), str_from(f->failed)));
}

static void add_hop(struct finding *f, const struct hop *hop)
{
	if (f->r->count < HOPS_MAX)
		f->r->hops[f->r->count++] = *hop;
}

static struct net_addr from_record(const struct dns_record *d, enum dns_type type,
				   unsigned port)
{
	struct net_addr x = { 0 };
	if (type == DNS_A) {
		struct sockaddr_in *in = (struct sockaddr_in *)&x.ss;
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, d->data.p, 4);
		x.len = sizeof *in;
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&x.ss;
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, d->data.p, 16);
		x.len = sizeof *in6;
	}
	net_set_port(&x, port);
	return x;
}

/* RFC 7672 section 2.2.2: an alias in a signed zone that leads out of it. Its own name
 * may have TLSA records all the same. */
static bool is_secure_alias(struct finding *f, str host, const struct dns_answer *x)
{
	struct dns_answer alias;
	if (!f->proven || x->secure || !x->canonical.n)
		return false;
	resolver_ask(f->resolver, f->a, host, DNS_CNAME, f->deadline, &alias);
	return alias.status == DNS_FOUND && alias.secure;
}

/* The addresses of a host, IPv6 first. */
static void add_host(struct finding *f, str host, unsigned port, bool lmtp)
{
	static const enum dns_type types[] = { DNS_AAAA, DNS_A };
	struct hop hop = { .name = host, .lmtp = lmtp, .by_mx = f->by_mx };
	hop.proven = f->proven;
	if (!net_parse_ip(host, &hop.addr).kind) {
		net_set_port(&hop.addr, port);
		add_hop(f, &hop);
		return;
	}
	for (size_t t = 0; t < 2; t++) {
		struct dns_answer x;
		resolver_ask(f->resolver, f->a, host, types[t], f->deadline, &x);
		if (x.status == DNS_FAILED)
			f->failed = x.why;
		bool out = is_secure_alias(f, host, &x);
		hop.secure = f->proven && (x.secure || out);
		hop.canonical = out ? STR_NONE : x.canonical;
		for (size_t i = 0; x.status == DNS_FOUND && i < x.count; i++) {
			hop.addr = from_record(&x.records[i], types[t], port);
			add_hop(f, &hop);
		}
	}
}

/* smtp://HOST:PORT, lmtp://HOST:PORT, lmtp:/PATH, or HOST:PORT. */
static void add_written(struct finding *f, str hop)
{
	bool lmtp = str_starts(hop, STR("lmtp:"));
	str host, port_text;
	uint64_t port;
	if (lmtp && str_starts(hop, STR("lmtp:/")) && !str_starts(hop, STR("lmtp://"))) {
		f->r->hops[f->r->count++] = (struct hop){ .name = STR("localhost"),
							  .path = str_skip(hop, 5),
							  .lmtp = true };
		return;
	}
	if (str_starts(hop, STR("smtp://")) || str_starts(hop, STR("lmtp://")))
		hop = str_skip(hop, 7);
	if (!str_cut_last(hop, ':', &host, &port_text) || !str_u64(port_text, &port)
	    || port > 65535) {
		no_way(f, 451, "4.3.5",
		       arena_cat(f->a,
				 STR("the configuration's route is not HOST:PORT: "),
				 hop));
		return;
	}
	if (host.n > 2 && host.p[0] == '[')
		host = (str){ host.p + 1, host.n - 2 };
	add_host(f, host, (unsigned)port, lmtp);
	if (!f->r->count)
		no_way(f, 451, "4.4.3",
		       arena_cat(f->a, STR("the next hop has no address at the moment: "),
				 host, f->failed ? STR(": ") : STR(""),
				 str_from(f->failed)));
}

/* A forwarded mail's bounce, a list on another list, an alias as a member: what is
 * addressed to us goes in by the front door, where every check is. */
static void add_ourselves(struct finding *f)
{
	f->r->hops[f->r->count++] = (struct hop){ .name = f->conf->site_hostname,
						  .own = true };
}

static bool find_written(struct finding *f, str destination)
{
	for (size_t i = 0; i < f->conf->route_count; i++) {
		str domain = f->conf->routes[i].domain;
		bool fits = str_starts(domain, STR("*."))
				    ? str_ends(destination, str_skip(domain, 1))
				    : str_eq(destination, domain);
		if (!fits)
			continue;
		add_written(f, f->conf->routes[i].hop);
		return true;
	}
	if (str_eq(destination, domain_ascii(f->a, f->conf->site_domain)))
		add_ourselves(f);
	else if (f->conf->send_relay.n)
		add_written(f, f->conf->send_relay);
	else
		return false;
	return true;
}

/* Among equals the order is drawn (RFC 5321 section 5.1), so that load spreads. */
static void shuffle_equals(struct dns_answer *mx)
{
	for (size_t i = 0; i + 1 < mx->count; i++) {
		size_t end = i + 1;
		while (end < mx->count
		       && mx->records[end].preference == mx->records[i].preference)
			end++;
		uint32_t draw;
		rand_bytes(&draw, sizeof draw);
		size_t k = i + draw % (end - i);
		struct dns_record x = mx->records[i];
		mx->records[i] = mx->records[k];
		mx->records[k] = x;
	}
}

/* Where we are an MX ourselves, those that are no better than we are left out:
 * mail would come back (RFC 5321 section 5.1). */
static size_t before_ourselves(const struct finding *f, const struct dns_answer *mx)
{
	for (size_t i = 0; i < mx->count; i++)
		if (str_ieq(mx->records[i].name, f->conf->site_hostname)) {
			size_t first = i;
			while (first
			       && mx->records[first - 1].preference
					  == mx->records[i].preference)
				first--;
			return first;
		}
	return mx->count;
}

static void add_mx(struct finding *f, struct dns_answer *mx)
{
	unsigned port = (unsigned)f->conf->send_mx_port;
	if (mx->count == 1 && !mx->records[0].name.n) {
		no_way(f, 556, "5.1.10",
		       STR("the domain says that it takes no mail (null MX, RFC 7505)"));
		return;
	}
	size_t n = before_ourselves(f, mx);
	f->by_mx = true;
	f->proven = mx->secure;
	if (!n)
		add_ourselves(f);
	mx->count = n;
	shuffle_equals(mx);
	for (size_t i = 0; i < n; i++)
		add_host(f, mx->records[i].name, port, false);
	if (f->r->count)
		return;
	if (f->failed)
		no_answer(f, STR("the addresses of its mail servers cannot be found"));
	else
		no_way(f, 550, "5.4.4", STR("its mail servers have no address"));
}

static void find_by_dns(struct finding *f, str destination)
{
	struct dns_answer mx;
	resolver_ask(f->resolver, f->a, destination, DNS_MX, f->deadline, &mx);
	if (mx.status == DNS_FOUND && mx.count) {
		add_mx(f, &mx);
		return;
	}
	if (mx.status == DNS_NXDOMAIN) {
		no_way(f, 550, "5.1.2", STR("the domain does not exist"));
		return;
	}
	if (mx.status == DNS_FAILED) {
		f->failed = mx.why;
		no_answer(f, STR("the domain cannot be looked up"));
		return;
	}
	f->by_mx = true; /* or who strips MX records would strip policies */
	add_host(f, destination, (unsigned)f->conf->send_mx_port, false);
	if (!f->r->count && f->failed)
		no_answer(f, STR("the domain's address cannot be looked up"));
	else if (!f->r->count)
		no_way(f, 550, "5.1.2",
		       STR("the domain has neither mail servers nor an address"));
}

void route_find(const struct conf *conf, struct resolver *resolver, struct arena *a,
		str destination, int64_t deadline, struct route *r)
{
	struct finding f = { conf, resolver, a, deadline, r, .proven = true };
	*r = (struct route){ .hops = arena_zero(a, HOPS_MAX * sizeof *r->hops) };
	if (find_written(&f, destination))
		return;
	if (str_starts(destination, STR("["))) { /* an address literal */
		str inside = { destination.p + 1,
			       destination.n > 2 ? destination.n - 2 : 0 };
		if (str_istarts(inside, STR("IPv6:")))
			inside = str_skip(inside, 5);
		add_host(&f, inside, (unsigned)conf->send_mx_port, false);
		if (!r->count)
			no_way(&f, 550, "5.1.2", STR("not an address literal"));
		return;
	}
	find_by_dns(&f, destination);
	r->partial = f.failed != NULL;
}
