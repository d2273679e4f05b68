#include "send/tls_result.h"

/* One word for each, and what it says to people where nothing better is known. */
static const struct {
	str word, why;
} kinds[] = {
	[TLS_POLICY_NONE] = { STR("none"), STR("this machine itself") },
	[TLS_POLICY_OPPORTUNISTIC] = { STR("opportunistic"),
				       STR("TLS where it is offered") },
	[TLS_POLICY_MUST] = { STR("must"), STR("[send] require_tls") },
	[TLS_POLICY_STS_TESTING] = { STR("sts-testing"), STR("MTA-STS, mode testing") },
	[TLS_POLICY_STS_ENFORCE] = { STR("sts-enforce"), STR("MTA-STS, mode enforce") },
	[TLS_POLICY_DANE] = { STR("dane"), STR("DANE") },
	[TLS_POLICY_NAMED] = { STR("named"), STR("REQUIRETLS") },
};

str tls_policy_word(enum tls_kind kind)
{
	return kinds[kind].word;
}

str tls_result_word(enum tls_result r)
{
	static const str words[] = {
#define RESULT(name, word) STR(word),
#include "send/tls_result.def"
#undef RESULT
	};
	return words[r];
}

static void set_kind(struct tls_policy *p, enum tls_kind kind)
{
	p->kind = kind;
	p->must = kind >= TLS_POLICY_MUST && kind != TLS_POLICY_STS_TESTING;
	p->why = kinds[kind].why;
}

/* --- DANE (RFC 7672) --- */

/* RFC 7672 section 2.1.3: what cannot be told from a stripped record is no reason to go
 * without it. */
static void refuse_dane(struct arena *a, struct tls_policy *p, str name, const char *why)
{
	set_kind(p, TLS_POLICY_DANE);
	p->status = "4.7.5";
	p->refused = TLS_RESULT_DNSSEC_INVALID;
	p->why = arena_cat(a, STR("DANE: the TLSA records "), name,
			   STR(" cannot be trusted or had: "), str_from(why));
}

static void use_records(struct arena *a, const struct tls_question *q, str base,
			const struct dns_answer *x, struct tls_policy *p)
{
	struct tlsa *usable = arena_alloc(a, x->count * sizeof *usable);
	size_t n = 0;
	for (size_t i = 0; i < x->count; i++)
		n += tlsa_read(x->records[i].data, &usable[n]) && tlsa_usable(&usable[n]);
	p->peer = (struct tls_peer){ .check = TLS_PINNED,
				     .name = base,
				     .also = q->destination,
				     .tlsa = usable,
				     .tlsa_count = n };
	set_kind(p, TLS_POLICY_DANE);
	if (n) {
		p->why = arena_printf(a, "DANE: %zu TLSA record%s of %.*s", n,
				      n == 1 ? "" : "s", STR_F(base));
		return;
	}
	/* RFC 7672 section 2.2: TLS, of which nobody can say whose it is. */
	set_kind(p, TLS_POLICY_MUST);
	p->peer.check = TLS_ANYONE;
	p->why = arena_printf(a, "DANE: none of %zu TLSA records of %.*s is usable",
			      x->count, STR_F(base));
}

/* The alias's end first, then the name itself (RFC 7672 section 2.2.2). */
static bool find_dane(const struct tls_rules *by, struct arena *a,
		      const struct tls_question *q, struct tls_policy *p)
{
	const struct hop *hop = q->hop;
	str bases[] = { hop->canonical, hop->name };
	size_t count = hop->canonical.n && !str_ieq(hop->canonical, hop->name) ? 2 : 1;
	if (count == 1)
		bases[0] = hop->name;
	for (size_t i = 0; hop->secure && i < count; i++) {
		struct dns_answer x;
		str name = arena_printf(a, "_%u._tcp.%.*s", net_port(&hop->addr),
					STR_F(bases[i]));
		resolver_ask(by->resolver, a, name, DNS_TLSA, q->deadline, &x);
		if (x.status == DNS_FAILED) {
			refuse_dane(a, p, name, x.why);
			return true;
		}
		if (x.status == DNS_FOUND && x.secure) {
			use_records(a, q, bases[i], &x, p);
			return true;
		}
	}
	return false;
}

/* --- all of them --- */

static bool find_sts(const struct tls_rules *by, struct arena *a,
		     const struct tls_question *q, struct tls_policy *p)
{
	/* A route of our own is no MX lookup (RFC 8461 section 5). */
	return by->sts && q->hop->by_mx && by->sts(by->sts_ctx, a, q, p);
}

/* RFC 8689 section 4.2.1: a server that proves its name, and a name that is proven. */
static void require(const struct tls_question *q, struct tls_policy *p)
{
	if (p->status || p->kind == TLS_POLICY_DANE || p->kind == TLS_POLICY_STS_ENFORCE)
		return;
	bool sts = p->kind == TLS_POLICY_STS_TESTING;
	set_kind(p, TLS_POLICY_NAMED);
	p->peer.check = TLS_NAMED;
	if (sts || q->hop->proven)
		return;
	p->status = p->unsure ? "4.7.5" : "5.7.30";
	p->why = STR("REQUIRETLS: neither DNSSEC nor MTA-STS proves which servers the "
		     "domain has");
}

/* RFC 8689 section 4.2.2: the domain's policies count no more. Ours does: whoever writes to a
 * list or an alias may write that field. */
static void go_anyhow(const struct tls_rules *by, const struct tls_question *q,
		      struct tls_policy *p)
{
	if (by->conf->send_require_tls && q->want != TLS_WANT_REPORT)
		set_kind(p, TLS_POLICY_MUST);
	else
		p->why = STR("TLS-Required: No");
}

void tls_policy_find(const struct tls_rules *by, struct arena *a,
		     const struct tls_question *q, struct tls_policy *p)
{
	*p = (struct tls_policy){ .peer = { .check = TLS_ANYONE, .name = q->hop->name } };
	if (q->hop->own || q->hop->path.n) {
		set_kind(p, TLS_POLICY_NONE);
		return;
	}
	set_kind(p, TLS_POLICY_OPPORTUNISTIC);
	if (q->want == TLS_WANT_ANYHOW || q->want == TLS_WANT_REPORT) {
		go_anyhow(by, q, p);
		return;
	}
	if (!find_dane(by, a, q, p) && !find_sts(by, a, q, p)
	    && by->conf->send_require_tls)
		set_kind(p, TLS_POLICY_MUST);
	p->must = p->must || by->conf->send_require_tls;
	if (q->want == TLS_WANT_REQUIRED)
		require(q, p);
}
