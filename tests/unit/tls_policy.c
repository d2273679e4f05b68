#include "send/tls_result.h"

#include "base/conf.h"
#include "dns_table.h"
#include "mail/tls_want.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#define ZEROS_16      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define KEY_RECORD    STR("\3\1\1" ZEROS_16 ZEROS_16)
#define ANCHOR_RECORD STR("\2\0\1" ZEROS_16 ZEROS_16)
#define PKIX_RECORD   STR("\1\1\1" ZEROS_16 ZEROS_16)

static void add_tlsa(struct dns_table *t, const char *host, str data)
{
	table_add(t, arena_cat(t->a, STR("_25._tcp."), str_from(host)), DNS_TLSA,
		  (struct dns_record){ .data = data });
}

static void fill(struct dns_table *t)
{
	add_tlsa(t, "dane.example", KEY_RECORD);
	add_tlsa(t, "two.example", KEY_RECORD);
	add_tlsa(t, "two.example", ANCHOR_RECORD);
	add_tlsa(t, "mixed.example", PKIX_RECORD);
	add_tlsa(t, "mixed.example", KEY_RECORD);
	add_tlsa(t, "pkix.example", PKIX_RECORD);
	add_tlsa(t, "short.example", STR("\3\1"));
	add_tlsa(t, "end.example", KEY_RECORD);
	table_fail(t, "_25._tcp.bogus.example");
	table_add(t, STR("plain.example"), TABLE_EXISTS, (struct dns_record){ 0 });
}

/* MTA-STS of a domain whose name says it. */
static bool sts(void *ctx, struct arena *a, const struct tls_question *q,
		struct tls_policy *p)
{
	(void)ctx;
	(void)a;
	bool enforce = str_eq(q->destination, STR("enforce.example"));
	if (!enforce && !str_eq(q->destination, STR("testing.example")))
		return false;
	p->kind = enforce ? TLS_POLICY_STS_ENFORCE : TLS_POLICY_STS_TESTING;
	p->must = enforce;
	p->peer.check = enforce ? TLS_NAMED : TLS_ANYONE;
	p->why = STR("MTA-STS");
	return true;
}

enum { SECURE = 1, PROVEN = 2, REQUIRE = 4, WRITTEN = 8 }; /* how */

struct one {
	const char *domain, *host, *canonical;
	unsigned how;
	enum tls_want want;
	/* what comes out */
	enum tls_kind kind;
	bool must;
	enum tls_check check;
	size_t records;
	const char *status, *why;
};

#define USUAL  TLS_WANT_USUAL
#define REQ    TLS_WANT_REQUIRED
#define NO     TLS_WANT_ANYHOW
#define REPORT TLS_WANT_REPORT

static const struct one cases[] = {
	/* DANE: only where DNSSEC proves name and addresses */
	{ "d.example", "dane.example", "", SECURE, USUAL, TLS_POLICY_DANE, true,
	  TLS_PINNED, 1, NULL, "DANE: 1 TLSA record of dane.example" },
	{ "d.example", "two.example", "", SECURE, USUAL, TLS_POLICY_DANE, true,
	  TLS_PINNED, 2, NULL, "DANE: 2 TLSA records of two.example" },
	{ "d.example", "mixed.example", "", SECURE, USUAL, TLS_POLICY_DANE, true,
	  TLS_PINNED, 1, NULL, "DANE: 1 TLSA record of mixed" },
	{ "d.example", "pkix.example", "", SECURE, USUAL, TLS_POLICY_MUST, true,
	  TLS_ANYONE, 0, NULL, "DANE: none of 1 TLSA records of pkix.example is usable" },
	{ "d.example", "short.example", "", SECURE, USUAL, TLS_POLICY_MUST, true,
	  TLS_ANYONE, 0, NULL, "is usable" },
	{ "d.example", "bogus.example", "", SECURE, USUAL, TLS_POLICY_DANE, true,
	  TLS_ANYONE, 0, "4.7.5",
	  "DANE: the TLSA records _25._tcp.bogus.example cannot" },
	{ "d.example", "plain.example", "", SECURE, USUAL, TLS_POLICY_OPPORTUNISTIC,
	  false, TLS_ANYONE, 0, NULL, "TLS where it is offered" },
	{ "d.example", "dane.example", "", PROVEN, USUAL, TLS_POLICY_OPPORTUNISTIC, false,
	  TLS_ANYONE, 0, NULL, "TLS where" },
	{ "d.example", "dane.example", "", 0, USUAL, TLS_POLICY_OPPORTUNISTIC, false,
	  TLS_ANYONE, 0, NULL, "TLS where" },
	{ "d.example", "bogus.example", "", 0, USUAL, TLS_POLICY_OPPORTUNISTIC, false,
	  TLS_ANYONE, 0, NULL, "TLS where" },
	/* aliases: the end first, then the name */
	{ "d.example", "two.example", "end.example", SECURE, USUAL, TLS_POLICY_DANE, true,
	  TLS_PINNED, 1, NULL, "of end.example" },
	{ "d.example", "two.example", "plain.example", SECURE, USUAL, TLS_POLICY_DANE,
	  true, TLS_PINNED, 2, NULL, "of two.example" },
	{ "d.example", "dane.example", "bogus.example", SECURE, USUAL, TLS_POLICY_DANE,
	  true, TLS_ANYONE, 0, "4.7.5", "bogus.example" },
	/* MTA-STS, behind DANE and for an MX lookup alone */
	{ "enforce.example", "plain.example", "", 0, USUAL, TLS_POLICY_STS_ENFORCE, true,
	  TLS_NAMED, 0, NULL, "MTA-STS" },
	{ "testing.example", "plain.example", "", 0, USUAL, TLS_POLICY_STS_TESTING, false,
	  TLS_ANYONE, 0, NULL, "MTA-STS" },
	{ "testing.example", "plain.example", "", REQUIRE, USUAL, TLS_POLICY_STS_TESTING,
	  true, TLS_ANYONE, 0, NULL, "MTA-STS" },
	{ "enforce.example", "dane.example", "", SECURE, USUAL, TLS_POLICY_DANE, true,
	  TLS_PINNED, 1, NULL, "DANE" },
	{ "enforce.example", "pkix.example", "", SECURE, USUAL, TLS_POLICY_MUST, true,
	  TLS_ANYONE, 0, NULL, "DANE" },
	{ "enforce.example", "bogus.example", "", SECURE, USUAL, TLS_POLICY_DANE, true,
	  TLS_ANYONE, 0, "4.7.5", "DANE" },
	{ "enforce.example", "plain.example", "", WRITTEN | PROVEN, USUAL,
	  TLS_POLICY_OPPORTUNISTIC, false, TLS_ANYONE, 0, NULL, "TLS where" },
	/* [send] require_tls */
	{ "d.example", "plain.example", "", REQUIRE, USUAL, TLS_POLICY_MUST, true,
	  TLS_ANYONE, 0, NULL, "[send] require_tls" },
	/* TLS-Required: No */
	{ "d.example", "dane.example", "", SECURE, NO, TLS_POLICY_OPPORTUNISTIC, false,
	  TLS_ANYONE, 0, NULL, "TLS-Required: No" },
	{ "enforce.example", "plain.example", "", 0, NO, TLS_POLICY_OPPORTUNISTIC, false,
	  TLS_ANYONE, 0, NULL, "TLS-Required: No" },
	/* which anybody may write: it is no word on what we ask for */
	{ "enforce.example", "plain.example", "", REQUIRE, NO, TLS_POLICY_MUST, true,
	  TLS_ANYONE, 0, NULL, "[send] require_tls" },
	{ "d.example", "bogus.example", "", SECURE | REQUIRE, NO, TLS_POLICY_MUST, true,
	  TLS_ANYONE, 0, NULL, "[send] require_tls" },
	/* a report on TLS */
	{ "enforce.example", "plain.example", "", REQUIRE, REPORT,
	  TLS_POLICY_OPPORTUNISTIC, false, TLS_ANYONE, 0, NULL, "TLS-Required: No" },
	/* REQUIRETLS */
	{ "d.example", "dane.example", "", SECURE, REQ, TLS_POLICY_DANE, true, TLS_PINNED,
	  1, NULL, "DANE" },
	{ "d.example", "bogus.example", "", SECURE, REQ, TLS_POLICY_DANE, true,
	  TLS_ANYONE, 0, "4.7.5", "DANE" },
	{ "d.example", "pkix.example", "", SECURE, REQ, TLS_POLICY_NAMED, true, TLS_NAMED,
	  0, NULL, "REQUIRETLS" },
	{ "d.example", "plain.example", "", PROVEN, REQ, TLS_POLICY_NAMED, true,
	  TLS_NAMED, 0, NULL, "REQUIRETLS" },
	{ "d.example", "plain.example", "", WRITTEN | PROVEN, REQ, TLS_POLICY_NAMED, true,
	  TLS_NAMED, 0, NULL, "REQUIRETLS" },
	{ "d.example", "plain.example", "", 0, REQ, TLS_POLICY_NAMED, true, TLS_NAMED, 0,
	  "5.7.30", "REQUIRETLS: neither DNSSEC nor MTA-STS" },
	{ "d.example", "plain.example", "", REQUIRE, REQ, TLS_POLICY_NAMED, true,
	  TLS_NAMED, 0, "5.7.30", "REQUIRETLS: neither" },
	{ "enforce.example", "plain.example", "", 0, REQ, TLS_POLICY_STS_ENFORCE, true,
	  TLS_NAMED, 0, NULL, "MTA-STS" },
	{ "testing.example", "plain.example", "", 0, REQ, TLS_POLICY_NAMED, true,
	  TLS_NAMED, 0, NULL, "REQUIRETLS" },
};

static bool fits(const struct one *x, const struct tls_policy *p)
{
	bool status = x->status ? p->status && !strcmp(x->status, p->status) : !p->status;
	return p->kind == x->kind && p->must == x->must && p->peer.check == x->check
	       && p->peer.tlsa_count == x->records && status
	       && str_find(p->why, str_from(x->why)).n;
}

static struct hop hop_of(const struct one *x)
{
	struct hop hop = { .name = str_from(x->host),
			   .canonical = str_from(x->canonical),
			   .by_mx = !(x->how & WRITTEN),
			   .proven = x->how & (SECURE | PROVEN),
			   .secure = x->how & SECURE };
	CHECK(!net_parse_ip(STR("192.0.2.1"), &hop.addr).kind);
	net_set_port(&hop.addr, 25);
	return hop;
}

static void test_cases(struct arena *a, struct dns_table *t)
{
	struct conf conf = { 0 };
	struct tls_rules rules = { &conf, &t->resolver, sts, NULL };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct one *x = &cases[i];
		struct tls_policy p;
		struct hop hop = hop_of(x);
		conf.send_require_tls = x->how & REQUIRE;
		tls_policy_find(
			&rules, a,
			&(struct tls_question){ str_from(x->domain), &hop, x->want, 0 },
			&p);
		CHECK(fits(x, &p));
		if (!fits(x, &p))
			fprintf(stderr, "  case %zu: %.*s, %s: %.*s\n", i,
				STR_F(tls_policy_word(p.kind)),
				p.status ? p.status : "used", STR_F(p.why));
		if (p.peer.check == TLS_PINNED) /* RFC 7672 section 3.2.2 */
			CHECK(str_eq(p.peer.also, str_from(x->domain)));
	}
}

/* An answer that DNSSEC has not validated says nothing (RFC 7672 section 2.1.1). */
static void test_insecure_answer(struct arena *a, struct dns_table *t)
{
	struct conf conf = { 0 };
	struct tls_policy p;
	struct hop hop = hop_of(&cases[0]);
	t->secure = false;
	tls_policy_find(&(struct tls_rules){ &conf, &t->resolver, NULL, NULL }, a,
			&(struct tls_question){ STR("d.example"), &hop, USUAL, 0 }, &p);
	CHECK(p.kind == TLS_POLICY_OPPORTUNISTIC && !p.must && !p.status);
	t->secure = true;
}

static void test_no_network(struct arena *a, struct dns_table *t)
{
	struct conf conf = { .send_require_tls = true };
	struct tls_rules rules = { &conf, &t->resolver, sts, NULL };
	struct tls_policy p;
	struct hop own = { .name = STR("us"), .own = true };
	struct hop path = { .name = STR("localhost"), .path = STR("/run/lmtp") };
	tls_policy_find(&rules, a,
			&(struct tls_question){ STR("enforce.example"), &own, REQ, 0 },
			&p);
	CHECK(p.kind == TLS_POLICY_NONE && !p.must && !p.status);
	tls_policy_find(&rules, a,
			&(struct tls_question){ STR("d.example"), &path, USUAL, 0 }, &p);
	CHECK(p.kind == TLS_POLICY_NONE && !p.must && !p.status);
}

static void test_words(void)
{
	CHECK(str_eq(tls_policy_word(TLS_POLICY_STS_TESTING), STR("sts-testing")));
	CHECK(str_eq(tls_result_word(TLS_RESULT_SUCCESS), STR("")));
	CHECK(str_eq(tls_result_word(TLS_RESULT_NOT_OFFERED),
		     STR("starttls-not-supported")));
	CHECK(str_eq(tls_result_word(TLS_RESULT_STS_WEBPKI), STR("sts-webpki-invalid")));
}

static void test_want(struct arena *a)
{
#define HEAD "Received: from x ([192.0.2.1])\r\n\tby mx.example with "
#define TAIL "\r\n\tfor <a@b.example>;\r\n\tMon, 1 Jan 2026 00:00:00 +0000\r\n"
	static const struct {
		const char *header;
		enum tls_want want;
	} wants[] = {
		{ "Subject: x\r\n", USUAL },
		{ HEAD "ESMTPS" TAIL, USUAL },
		{ HEAD "ESMTPS (REQUIRETLS)" TAIL, REQ },
		{ HEAD "UTF8SMTPSA (REQUIRETLS)" TAIL, REQ },
		{ HEAD "ESMTPS (REQUIRETLS)" TAIL "TLS-Required: No\r\n", REQ },
		{ HEAD "ESMTPS" TAIL HEAD "ESMTPS (REQUIRETLS)" TAIL, USUAL },
		{ "Received: (REQUIRETLS) by x with SMTP; now\r\n", USUAL },
		{ "TLS-Required: No\r\n", NO },
		{ "tls-required:  no \r\n", NO },
		{ "TLS-Required: Yes\r\n", USUAL },
		{ "TLS-Required: No way\r\n", USUAL },
		{ "TLS-Required: No\r\nTLS-Required: No\r\n", USUAL },
		{ "TLS-Required:\r\n", USUAL },
	};
	for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
		struct header h;
		CHECK(!header_scan(a,
				   arena_cat(a, str_from(wants[i].header),
					     STR("\r\nbody\r\n")),
				   &h)
			       .kind);
		CHECK(tls_want_of(a, &h) == wants[i].want);
	}
}

int main(void)
{
	ARENA(a);
	struct dns_table *t = arena_zero(a, sizeof *t);
	*t = DNS_TABLE(a);
	t->secure = true;
	fill(t);
	test_cases(a, t);
	test_insecure_answer(a, t);
	test_no_network(a, t);
	test_words();
	test_want(a);
	return check_done();
}
