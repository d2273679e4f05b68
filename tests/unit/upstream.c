/* Mail that a gateway hands on: whose client it is, what of the gateway's word counts,
 * and that nobody else gains by writing the same. */
#include "tests/check.h"
#include "tests/unit/dns_table.h"
#include "trust/trust.h"

#include <stdlib.h>

enum { NOW = 1800000000 };

#define GATEWAY                                                              \
	"Received: from mail.uni.example (mail.uni.example [192.0.2.9])\r\n" \
	"\tby gw.lab.example (Postfix) with ESMTPS id 1;\r\n"                \
	"\tTue, 24 Nov 2026 04:12:09 +0000\r\n"
#define EVIL                                                                      \
	"Received: from mail.uni.example (mail.evil.example [198.51.100.66])\r\n" \
	"\tby gw.lab.example (Postfix) with ESMTPS id 1;\r\n"                     \
	"\tTue, 24 Nov 2026 04:12:09 +0000\r\n"
#define FILTER                                                                       \
	"Received: from gw.lab.example ([127.0.0.1]) by localhost (amavisd-new)\r\n" \
	"\twith ESMTP id 2; Tue, 24 Nov 2026 04:12:10 +0000\r\n"
#define LOOP                                                   \
	"Received: from mail.uni.example (x [127.0.0.66])\r\n" \
	"\tby gw.lab.example (Postfix) with ESMTPS id 1;\r\n"  \
	"\tTue, 24 Nov 2026 04:12:09 +0000\r\n"
#define INNER                                                           \
	"Received: from gw.lab.example (gw.lab.example [10.0.0.1])\r\n" \
	"\tby in.lab.example (8.17.1/8.17.1) with ESMTP id 3;\r\n"      \
	"\tTue, 24 Nov 2026 04:12:11 +0000\r\n"
#define LOCAL                                                             \
	"Received: by gw.lab.example (Postfix, from userid 33) id 4;\r\n" \
	"\tTue, 24 Nov 2026 04:12:09 +0000\r\n"
#define SAW                                                         \
	"Authentication-Results: gw.lab.example; dkim=pass (good) " \
	"header.d=uni.example\r\n"
#define SAW_S                                                 \
	"Authentication-Results: wall.lab.example; spf=pass " \
	"smtp.mailfrom=a@uni.example\r\n"
#define SAW_D                                                     \
	"Authentication-Results: wall.lab.example 1; dmarc=pass " \
	"header.from=uni.example\r\n"
#define SAW_N "Authentication-Results: gw.lab.example; dkim=fail header.d=uni.example\r\n"
#define SAW_O \
	"Authentication-Results: gw.lab.example; dkim=pass header.d=evil.example\r\n"
#define FROM "From: Anna <anna@uni.example>\r\nSubject: A test\r\n\r\nHello\r\n"

static const struct {
	const char *what, *peer, *header;
	const char *client, *by; /* whom it is judged by, and who says so */
	bool spf, aligned;
	const char *how;
} cases[] = {
	{ "the author's server, straight", "192.0.2.9", FROM, "192.0.2.9", "", true, true,
	  NULL },
	{ "by the gateway", "10.0.0.1", GATEWAY FROM, "192.0.2.9", "gw.lab.example", true,
	  true, NULL },
	{ "by the gateway, through its filter", "10.0.0.1", FILTER GATEWAY FROM,
	  "192.0.2.9", "gw.lab.example", true, true, NULL },
	{ "by two gateways", "10.0.0.2", INNER GATEWAY FROM, "192.0.2.9",
	  "gw.lab.example", true, true, NULL },
	{ "a stranger by the gateway", "10.0.0.1", EVIL FROM, "198.51.100.66",
	  "gw.lab.example", false, false, NULL },
	{ "a stranger by the gateway, with a field of its own", "10.0.0.1",
	  EVIL GATEWAY FROM, "198.51.100.66", "gw.lab.example", false, false, NULL },
	{ "another address of the loopback is no filter", "10.0.0.1", LOOP GATEWAY FROM,
	  "127.0.0.66", "gw.lab.example", false, false, NULL },
	{ "a stranger who writes the gateway's field", "198.51.100.66", GATEWAY FROM,
	  "198.51.100.66", "", false, false, NULL },
	{ "a stranger who writes the gateway's results", "198.51.100.66",
	  SAW SAW_S GATEWAY FROM, "198.51.100.66", "", false, false, NULL },
	{ "the gateway's own user, with a field below", "10.0.0.1", LOCAL GATEWAY FROM,
	  "10.0.0.1", "", false, false, NULL },
	{ "a gateway that writes no field", "10.0.0.1", FROM, "10.0.0.1", "", false,
	  false, NULL },
	{ "what the gateway saw", "10.0.0.1", SAW EVIL FROM, "198.51.100.66",
	  "gw.lab.example", false, true, "authres" },
	{ "in its name, from below its field", "10.0.0.1", EVIL SAW FROM, "198.51.100.66",
	  "gw.lab.example", false, false, NULL },
	{ "a failure that it saw", "10.0.0.1", SAW_N EVIL FROM, "198.51.100.66",
	  "gw.lab.example", false, false, NULL },
	{ "a pass of another domain", "10.0.0.1", SAW_O EVIL FROM, "198.51.100.66",
	  "gw.lab.example", false, false, "authres" },
	{ "a sealer, above its field", "10.0.0.1", SAW_S EVIL FROM, "198.51.100.66",
	  "gw.lab.example", false, true, "authres" },
	{ "a sealer, below its field", "10.0.0.1", EVIL SAW_D FROM, "198.51.100.66",
	  "gw.lab.example", false, true, "authres" },
	{ "a sealer, below an older field", "10.0.0.1", EVIL GATEWAY SAW_D FROM,
	  "198.51.100.66", "gw.lab.example", false, false, NULL },
	{ "a sealer's name, straight from a stranger", "198.51.100.66", SAW_S FROM,
	  "198.51.100.66", "", false, false, NULL },
};

struct world {
	struct arena *a;
	struct dns_table *dns;
	struct upstream up;
};

static struct world make_world(struct arena *a)
{
	struct world w = { .a = a, .dns = arena_alloc(a, sizeof *w.dns) };
	*w.dns = DNS_TABLE(a);
	table_txt(w.dns, "uni.example", STR("v=spf1 ip4:192.0.2.0/24 -all"));
	table_txt(w.dns, "_dmarc.uni.example", STR("v=DMARC1; p=reject"));
	CHECK(!upstream_read(a, STR("10.0.0.0/24, 2001:db8::5"),
			     STR("wall.lab.example, seal.lab.example"), &w.up)
		       .kind);
	return w;
}

static void judge(struct world *w, const char *peer, str message,
		  struct trust_result *out, str *text)
{
	struct net_addr client;
	struct header *h = arena_alloc(w->a, sizeof *h);
	CHECK(!net_parse_ip(str_from(peer), &client).kind);
	CHECK(!header_scan(w->a, message, h).kind);
	struct trust_ask ask = { .resolver = &w->dns->resolver,
				 .client = &client,
				 .helo = STR("peer.example"),
				 .upstream = &w->up,
				 .sender = STR("anna@uni.example"),
				 .receiver = STR("mx.lists.example"),
				 .header = h,
				 .body = h->body,
				 .now = NOW };
	trust_judge(w->a, &ask, out);
	*text = trust_authres(w->a, &ask, out);
}

/* smtpd asks the judgement, post the row that it leaves: both hear the same. */
static bool says_what_it_keeps(struct arena *a, const struct trust_result *t)
{
	struct trust_said now = trust_says(t), later = trust_said(trust_json(a, t));
	return now.aligned == later.aligned && now.spf == later.spf
	       && now.spf_fail == later.spf_fail && now.dmarc_fail == later.dmarc_fail
	       && now.dmarc_reject == later.dmarc_reject
	       && now.is_signed == later.is_signed
	       && now.unsigned_strict == later.unsigned_strict;
}

static void test_hops(void)
{
	ARENA(a);
	struct world w = make_world(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct trust_result t;
		str text;
		judge(&w, cases[i].peer, str_from(cases[i].header), &t, &text);
		struct trust_said said = trust_said(trust_json(a, &t));
		bool right = str_eq(net_ip_text(a, &t.via.client),
				    str_from(cases[i].client))
			     && str_eq(t.via.by, str_from(cases[i].by))
			     && (t.spf.verdict == SPF_PASS) == cases[i].spf
			     && t.aligned == cases[i].aligned
			     && said.aligned == cases[i].aligned
			     && says_what_it_keeps(a, &t)
			     && said.dmarc_reject == !cases[i].aligned
			     && str_eq(str_from(t.vouched.how), str_from(cases[i].how));
		if (!right)
			fprintf(stderr, "%s:\n%.*s\n", cases[i].what, STR_F(text));
		CHECK(right);
		CHECK(str_eq(t.via.helo, *cases[i].by ? STR("mail.uni.example")
						      : STR("peer.example")));
		CHECK(!cases[i].by[0] == !str_find(text, STR("x-upstream=")).n);
		CHECK(t.vouched_aligned
		      == (str_find(text, STR("x-upstream=pass")).n > 0));
	}
}

/* The gateway's filter changed the body; its seal says what it saw before. */
static void test_seal(const char *domain, bool counts)
{
	ARENA(a);
	struct world w = make_world(a);
	struct sign_key *key = NULL;
	struct header h;
	struct arc_result none = { 0 };
	str pem, fields, text;
	CHECK(!sign_key_make(a, SIGN_ED25519, &pem).kind
	      && !sign_key_load(a, pem, &key).kind);
	table_txt(w.dns, arena_z(a, arena_cat(a, STR("s._domainkey."), str_from(domain))),
		  sign_key_record(a, key));
	CHECK(!header_scan(a, STR(EVIL FROM), &h).kind);
	struct canon_cache body = { .body = h.body };
	struct signing by = { key, str_from(domain), STR("s"), NOW };
	struct arc_sealing s = { .by = &by,
				 .chain = &none,
				 .h = &h,
				 .body = &body,
				 .results = STR("gw.lab.example; dkim=pass "
						"header.i=@uni.example") };
	CHECK(!arc_seal(a, &s, &fields).kind);
	struct trust_result t;
	judge(&w, "10.0.0.1", arena_cat(a, fields, STR(EVIL FROM)), &t, &text);
	CHECK(t.arc.verdict == ARC_PASS && t.aligned == counts
	      && t.vouched_aligned == counts);
	str json = trust_json(a, &t);
	CHECK((str_find(json, STR("\"seen_in\":\"arc\"")).n > 0) == counts);
	CHECK((str_find(text, STR("policy.seen-in=arc")).n > 0) == counts);
	judge(&w, "198.51.100.66", arena_cat(a, fields, STR(EVIL FROM)), &t, &text);
	CHECK(t.arc.verdict == ARC_PASS && !t.aligned);
	/* a chain that does not hold says nothing */
	judge(&w, "10.0.0.1", arena_cat(a, fields, STR(EVIL FROM "more\r\n")), &t, &text);
	CHECK(t.arc.verdict == ARC_FAIL && !t.aligned);
	sign_key_free(key);
}

/* What a gateway saw of SPF counts for the return path as well. */
static void test_path(void)
{
	struct trust_said s = trust_said(
		STR("{\"spf\":\"fail\",\"spf_domain\":\"uni.example\",\"upstream\":"
		    "{\"spf\":\"Uni.example\"}}"));
	CHECK(s.spf && !s.spf_fail);
	s = trust_said(
		STR("{\"spf\":\"fail\",\"spf_domain\":\"uni.example\",\"upstream\":"
		    "{\"spf\":\"evil.example\"}}"));
	CHECK(!s.spf && s.spf_fail);
	s = trust_said(STR("{\"spf\":\"none\",\"spf_domain\":\"\",\"upstream\":"
			   "{\"spf\":\"\"}}"));
	CHECK(!s.spf);
}

static void test_conf(void)
{
	ARENA(a);
	struct upstream up = { .count = 77 };
	struct net_addr x;
	CHECK(upstream_read(a, STR("10.0.0.0/8, gw.lab.example"), STR(""), &up).kind
	      == ERR_SYNTAX);
	CHECK(up.count == 77);
	CHECK(!upstream_read(a, STR(""), STR(""), &up).kind && up.count == 0);
	CHECK(!net_parse_ip(STR("10.1.2.3"), &x).kind && !upstream_has(&up, &x)
	      && !upstream_has(NULL, &x));
	CHECK(!upstream_read(a, STR("10.0.0.0/8"), STR(""), &up).kind
	      && upstream_has(&up, &x));
}

int main(void)
{
	test_hops();
	test_seal("seal.lab.example", true);
	test_seal("other.lab.example", false);
	test_path();
	test_conf();
	return check_done();
}
