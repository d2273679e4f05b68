#include "trust/spf_inside.h"

#include "mail/address.h"
#include "trust/name.h"

#include <netinet/in.h>

/* RFC 7208 section 4.6.4. */
enum { LOOKUPS_MAX = 10, VOIDS_MAX = 2, NAMES_MAX = 10 };

const char *spf_word(enum spf_verdict v)
{
	static const char *const words[] = {
		[SPF_NONE] = "none",           [SPF_NEUTRAL] = "neutral",
		[SPF_PASS] = "pass",           [SPF_FAIL] = "fail",
		[SPF_SOFTFAIL] = "softfail",   [SPF_TEMPERROR] = "temperror",
		[SPF_PERMERROR] = "permerror",
	};
	return words[v];
}

static enum spf_verdict check_host(struct spf_session *s, str domain);

void spf_ask_dns(struct spf_session *s, str name, enum dns_type type,
		 struct dns_answer *out)
{
	*out = (struct dns_answer){ .status = DNS_NXDOMAIN };
	if (name_fits(name)) /* section 4.3: a name that cannot be has no records */
		resolver_ask(s->ask->resolver, s->a, name, type, s->ask->deadline, out);
}

bool spf_same_net(const struct spf_session *s, str address, unsigned bits)
{
	const unsigned char *x = (const unsigned char *)address.p;
	if (address.n != (s->v6 ? 16 : 4) || memcmp(x, s->ip, bits / 8) != 0)
		return false;
	unsigned rest = bits % 8;
	return !rest || (x[bits / 8] ^ s->ip[bits / 8]) >> (8 - rest) == 0;
}

enum match { MISS, MATCH, STOP }; /* STOP: s->stop is the verdict */

static enum match stop(struct spf_session *s, enum spf_verdict v, const char *why)
{
	s->stop = v;
	s->out->why = why;
	return STOP;
}

static enum match too_long(struct spf_session *s)
{
	return stop(s, SPF_PERMERROR,
		    "a name in the policy grows past 4,096 octets with its macros");
}

static enum match no_answer(struct spf_session *s, str what, const struct dns_answer *x)
{
	err e = err_in(s->a, ERR_TEMP, "no answer from DNS for %.*s: %s", STR_F(what),
		       x->why ? x->why : "");
	return stop(s, SPF_TEMPERROR, e.msg);
}

/* Section 5: a mechanism's question has failed, found nothing, or found. */
static enum match asked(struct spf_session *s, str name, enum dns_type type,
			struct dns_answer *answer)
{
	spf_ask_dns(s, name, type, answer);
	if (answer->status == DNS_FAILED)
		return no_answer(s, name, answer);
	if (answer->status == DNS_FOUND && answer->count)
		return MATCH;
	if (++s->voids > VOIDS_MAX)
		return stop(s, SPF_PERMERROR,
			    "more than two names in the policy have no records");
	return MISS;
}

static unsigned bits_of(const struct spf_session *s, const struct spf_term *t)
{
	return s->v6 ? t->v6_bits : t->v4_bits;
}

static enum dns_type family(const struct spf_session *s)
{
	return s->v6 ? DNS_AAAA : DNS_A;
}

static bool any_in_net(const struct spf_session *s, const struct dns_answer *answer,
		       unsigned bits)
{
	for (size_t i = 0; i < answer->count; i++)
		if (spf_same_net(s, answer->records[i].data, bits))
			return true;
	return false;
}

static enum match match_all(struct spf_session *s, const struct spf_term *t, str name)
{
	(void)s, (void)t, (void)name;
	return MATCH;
}

static enum match match_ip4(struct spf_session *s, const struct spf_term *t, str name)
{
	(void)name;
	return spf_same_net(s, (str){ (const char *)t->ip, 4 }, t->v4_bits) ? MATCH
									    : MISS;
}

static enum match match_ip6(struct spf_session *s, const struct spf_term *t, str name)
{
	(void)name;
	return spf_same_net(s, (str){ (const char *)t->ip, 16 }, t->v6_bits) ? MATCH
									     : MISS;
}

static enum match match_a(struct spf_session *s, const struct spf_term *t, str name)
{
	struct dns_answer answer;
	enum match m = asked(s, name, family(s), &answer);
	return m == MATCH && !any_in_net(s, &answer, bits_of(s, t)) ? MISS : m;
}

static enum match match_exists(struct spf_session *s, const struct spf_term *t, str name)
{
	(void)t; /* section 5.7: an A record, for IPv6 clients, too */
	struct dns_answer answer;
	return asked(s, name, DNS_A, &answer);
}

static enum match match_mx(struct spf_session *s, const struct spf_term *t, str name)
{
	struct dns_answer mx, answer;
	enum match m = asked(s, name, DNS_MX, &mx);
	if (m != MATCH)
		return m;
	if (mx.count > NAMES_MAX)
		return stop(s, SPF_PERMERROR,
			    "a domain of the policy has more than ten MX records");
	for (size_t i = 0; i < mx.count; i++) {
		spf_ask_dns(s, mx.records[i].name, family(s), &answer);
		if (answer.status == DNS_FAILED)
			return no_answer(s, mx.records[i].name, &answer);
		if (any_in_net(s, &answer, bits_of(s, t)))
			return MATCH;
	}
	return MISS;
}

static enum match match_ptr(struct spf_session *s, const struct spf_term *t, str name)
{
	(void)t;
	return name_within(spf_validated_name(s, name), name) ? MATCH : MISS;
}

/* Section 5.2's table. */
static enum match match_include(struct spf_session *s, const struct spf_term *t, str name)
{
	(void)t;
	switch (check_host(s, name)) {
	case SPF_PASS:
		return MATCH;
	case SPF_TEMPERROR:
		return stop(s, SPF_TEMPERROR, s->out->why);
	case SPF_PERMERROR:
		return stop(s, SPF_PERMERROR, s->out->why);
	case SPF_NONE:
		return stop(s, SPF_PERMERROR, "an included domain has no SPF record");
	default:
		return MISS;
	}
}

static const struct {
	enum match (*match)(struct spf_session *s, const struct spf_term *t, str name);
	bool asks; /* counts against LOOKUPS_MAX */
} mechanisms[] = {
	[SPF_ALL] = { match_all, false }, [SPF_INCLUDE] = { match_include, true },
	[SPF_A] = { match_a, true },      [SPF_MX] = { match_mx, true },
	[SPF_PTR] = { match_ptr, true },  [SPF_IP4] = { match_ip4, false },
	[SPF_IP6] = { match_ip6, false }, [SPF_EXISTS] = { match_exists, true },
};

static enum match count_lookup(struct spf_session *s)
{
	if (++s->out->lookups > LOOKUPS_MAX)
		return stop(s, SPF_PERMERROR,
			    "the policy needs more than ten DNS lookups");
	return MATCH;
}

static enum match try_term(struct spf_session *s, const struct spf_term *t, str domain)
{
	if (mechanisms[t->what].asks && count_lookup(s) == STOP)
		return STOP;
	str name = domain;
	if (t->domain.n && !spf_expand(s, t->domain, domain, SPF_IN_DOMAIN, &name))
		return too_long(s);
	return mechanisms[t->what].match(s, t, name);
}

static enum spf_verdict verdict_of(char qualifier)
{
	switch (qualifier) {
	case '-':
		return SPF_FAIL;
	case '~':
		return SPF_SOFTFAIL;
	case '?':
		return SPF_NEUTRAL;
	default:
		return SPF_PASS;
	}
}

static enum spf_verdict evaluate(struct spf_session *s, const struct spf_record *r,
				 str domain)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct spf_term *t = &r->terms[i];
		enum match m = try_term(s, t, domain);
		if (m == STOP)
			return s->stop;
		if (m == MISS)
			continue;
		s->out->why = err_in(s->a, ERR_NONE, "%.*s of %.*s", STR_F(t->text),
				     STR_F(domain))
				      .msg;
		s->exp = r->exp;
		s->exp_domain = domain;
		return verdict_of(t->qualifier);
	}
	if (!r->redirect.n) {
		s->out->why = "no term of the policy matched";
		return SPF_NEUTRAL; /* section 4.7 */
	}
	str name;
	if (count_lookup(s) == STOP
	    || (!spf_expand(s, r->redirect, domain, SPF_IN_DOMAIN, &name)
		&& too_long(s) == STOP))
		return s->stop;
	enum spf_verdict v = check_host(s, name);
	if (v != SPF_NONE)
		return v;
	stop(s, SPF_PERMERROR, "the domain of redirect= has no SPF record");
	return SPF_PERMERROR; /* section 6.1 */
}

/* Sections 4.4 and 4.5. */
static enum spf_verdict fetch(struct spf_session *s, str domain,
			      struct spf_record *record)
{
	struct dns_answer answer;
	str text = STR_NONE;
	spf_ask_dns(s, domain, DNS_TXT, &answer);
	if (answer.status == DNS_FAILED) {
		no_answer(s, domain, &answer);
		return SPF_TEMPERROR;
	}
	for (size_t i = 0; i < answer.count; i++) {
		if (!spf_is_record(answer.records[i].data))
			continue;
		if (text.n) {
			stop(s, SPF_PERMERROR, "the domain has several SPF records");
			return SPF_PERMERROR;
		}
		text = answer.records[i].data;
	}
	if (!text.n) {
		s->out->why = "the domain has no SPF record";
		return SPF_NONE;
	}
	err e = spf_record_parse(s->a, text, record);
	if (!e.kind)
		return SPF_PASS;
	stop(s, SPF_PERMERROR, e.msg);
	return SPF_PERMERROR;
}

static enum spf_verdict check_host(struct spf_session *s, str domain)
{
	struct spf_record record;
	if (str_ends(domain, STR(".")))
		domain.n--;
	/* Section 4.3: no name, one label, a literal: there is nothing to ask. */
	if (!name_fits(domain) || name_labels(domain) < 2 || domain.p[0] == '[') {
		s->out->why = "the domain is not a full domain name";
		return SPF_NONE;
	}
	enum spf_verdict v = fetch(s, domain, &record);
	return v == SPF_PASS ? evaluate(s, &record, domain) : v;
}

/* Section 6.2. Anything that is not as it should be leaves no explanation. */
static void explain(struct spf_session *s)
{
	struct dns_answer answer;
	str name, text;
	if (!s->exp.n || !spf_expand(s, s->exp, s->exp_domain, SPF_IN_DOMAIN, &name))
		return;
	spf_ask_dns(s, name, DNS_TXT, &answer);
	if (answer.status != DNS_FOUND || answer.count != 1)
		return;
	text = answer.records[0].data;
	if (!spf_macro_valid(text, SPF_IN_TEXT)
	    || !spf_expand(s, text, s->exp_domain, SPF_IN_TEXT, &text))
		return;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] > '~')
			return; /* it goes into an SMTP reply */
	s->out->explanation = text;
}

/* The client's address as octets; an IPv4-mapped one is IPv4 (section 5). */
static void take_address(struct spf_session *s)
{
	const struct sockaddr *sa = (const struct sockaddr *)&s->ask->client->ss;
	const unsigned char *at =
		sa->sa_family == AF_INET
			? (const unsigned char *)&((const struct sockaddr_in *)sa)
				  ->sin_addr
			: (const unsigned char *)&((const struct sockaddr_in6 *)sa)
				  ->sin6_addr;
	s->v6 = net_is_v6(s->ask->client);
	if (!s->v6 && sa->sa_family == AF_INET6)
		at += 12;
	memcpy(s->ip, at, s->v6 ? 16 : 4);
}

void spf_check(struct arena *a, const struct spf_ask *ask, struct spf_result *out)
{
	struct spf_session s = {
		.a = a, .ask = ask, .out = out, .local = STR("postmaster")
	};
	*out = (struct spf_result){ .helo = !ask->sender.n };
	str local, domain = out->helo ? ask->helo : ask->sender;
	if (!out->helo && str_cut_last(ask->sender, '@', &local, &domain) && local.n)
		s.local = local; /* section 4.3: none is postmaster */
	s.domain = out->domain = domain_ascii(a, domain);
	take_address(&s);
	out->verdict = check_host(&s, s.domain);
	if (out->verdict == SPF_FAIL)
		explain(&s);
}
