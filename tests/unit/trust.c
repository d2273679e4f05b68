#include "tests/check.h"
#include "tests/unit/dns_table.h"
#include "trust/authres.h"
#include "trust/kept.h"
#include "trust/trust.h"

#include <stdlib.h>

enum { NOW = 1800000000 };

static const char plain[] = "From: Anna <anna@uni.example>\r\n"
			    "To: dev@lists.example\r\n"
			    "Subject: A test\r\n"
			    "Date: Tue, 24 Nov 2026 04:12:09 +0000\r\n"
			    "\r\n"
			    "Hello\r\n";

struct site { /* the author's domain, and a message of hers */
	struct arena *a;
	struct dns_table *dns;
	struct sign_key *key;
	str message;
};

static struct site make_site(struct arena *a, const char *policy)
{
	struct site s = { a, arena_alloc(a, sizeof *s.dns), NULL, STR_NONE };
	struct header h;
	struct canon_body body;
	str pem;
	*s.dns = DNS_TABLE(a);
	CHECK(!sign_key_make(a, SIGN_ED25519, &pem).kind
	      && !sign_key_load(a, pem, &s.key).kind);
	table_txt(s.dns, "s._domainkey.uni.example", sign_key_record(a, s.key));
	table_txt(s.dns, "uni.example", STR("v=spf1 ip4:192.0.2.0/24 -all"));
	if (policy)
		table_txt(s.dns, "_dmarc.uni.example", str_from(policy));
	table_name(s.dns, STR("9.2.0.192.in-addr.arpa"), DNS_PTR,
		   STR("mail.uni.example"));
	table_ip(s.dns, STR("mail.uni.example"), STR("192.0.2.9"));
	CHECK(!header_scan(a, str_from(plain), &h).kind);
	canon_body(h.body, CANON_RELAXED, CANON_ALL, &body);
	struct signing by = { s.key, STR("uni.example"), STR("s"), NOW };
	struct dkim_plan *plan = dkim_plan(a, &by, &h, &body, STR_NONE);
	s.message = arena_cat(a, dkim_sign(a, plan, NULL, 0, NULL), str_from(plain));
	return s;
}

static void judge(struct site *s, str message, const char *ip, const char *sender,
		  struct trust_result *out, str *authres)
{
	struct net_addr client;
	struct header *h = arena_alloc(s->a, sizeof *h);
	CHECK(!net_parse_ip(str_from(ip), &client).kind);
	CHECK(!header_scan(s->a, message, h).kind);
	struct trust_ask ask = { .resolver = &s->dns->resolver,
				 .client = &client,
				 .helo = STR("mail.uni.example"),
				 .sender = str_from(sender),
				 .receiver = STR("mx.lists.example"),
				 .header = h,
				 .body = h->body,
				 .now = NOW };
	trust_judge(s->a, &ask, out);
	*authres = trust_authres(s->a, &ask, out);
	struct trust_said now = trust_says(out), kept = trust_said(trust_json(s->a, out));
	CHECK(!memcmp(&now, &kept, sizeof now));
}

static void test_good(void)
{
	ARENA(a);
	struct site s = make_site(a, "v=DMARC1; p=reject");
	struct trust_result t;
	str text;
	judge(&s, s.message, "192.0.2.9", "anna@uni.example", &t, &text);
	CHECK(t.iprev.verdict == IPREV_PASS && t.spf.verdict == SPF_PASS);
	CHECK(t.dkim_count == 1 && t.dkim[0].verdict == DKIM_PASS);
	CHECK(t.arc.verdict == ARC_NONE && t.dmarc.verdict == DMARC_PASS);
	CHECK(t.aligned && !t.temporary && t.dmarc.spf_aligned && t.dmarc.dkim_aligned);
	CHECK(str_starts(
		text, STR("mx.lists.example;\r\n\tiprev=pass policy.iprev=192.0.2.9;\r\n"
			  "\tspf=pass smtp.mailfrom=anna@uni.example;\r\n"
			  "\tdkim=pass header.d=uni.example header.s=s "
			  "header.a=ed25519-sha256\r\n\t header.b=")));
	CHECK(str_ends(text,
		       STR(";\r\n\tarc=none;\r\n\tdmarc=pass header.from=uni.example "
			   "policy.dmarc=reject")));
	json_t *o = json_loads(arena_z(a, trust_json(a, &t)), 0, NULL);
	CHECK(json_is_true(json_object_get(o, "aligned")));
	CHECK(str_eq(str_from(json_string_value(json_object_get(o, "spf"))),
		     STR("pass")));
	json_t *dkim = json_array_get(json_object_get(o, "dkim"), 0);
	CHECK(str_eq(str_from(json_string_value(json_object_get(dkim, "result"))),
		     STR("pass")));
	json_t *dmarc = json_object_get(o, "dmarc");
	CHECK(str_eq(str_from(json_string_value(json_object_get(dmarc, "policy"))),
		     STR("reject")));
	CHECK(json_array_size(json_object_get(o, "dns")) == 3);
	json_decref(o);
	CHECK(str_eq(trust_aligned_by(a, trust_json(a, &t)), STR("uni.example")));
	CHECK(str_eq(trust_authres_account(a, STR("mx.lists.example")),
		     STR("mx.lists.example;\r\n\tauth=pass")));
	sign_key_free(s.key);
}

static void test_bad(void)
{
	ARENA(a);
	struct site s = make_site(a, "v=DMARC1; p=reject");
	struct trust_result t;
	str text;
	/* another's server, another's envelope, no signature */
	judge(&s, str_from(plain), "198.51.100.1", "x@evil.example", &t, &text);
	CHECK(t.iprev.verdict == IPREV_PERMERROR && t.spf.verdict == SPF_NONE
	      && !t.aligned);
	CHECK(t.dmarc.verdict == DMARC_FAIL && t.dmarc.policy == DMARC_POLICY_REJECT);
	CHECK(!trust_aligned_by(a, trust_json(a, &t)).n
	      && !trust_aligned_by(a, STR("no JSON")).n);
	CHECK(str_find(text, STR("dkim=none;")).n && str_find(text, STR("dmarc=fail")).n);
	/* its own pass is nothing to her domain */
	table_txt(s.dns, "evil.example", STR("v=spf1 +all"));
	judge(&s, str_from(plain), "198.51.100.1", "x@evil.example", &t, &text);
	CHECK(t.spf.verdict == SPF_PASS && t.dmarc.verdict == DMARC_FAIL && !t.aligned);
	/* the null sender speaks by HELO */
	judge(&s, str_from(plain), "192.0.2.9", "", &t, &text);
	CHECK(str_find(text, STR("smtp.helo=mail.uni.example")).n && !t.aligned);
	sign_key_free(s.key);
}

/* From that names not one domain is never aligned, whatever else passes. */
static void test_from(void)
{
	static const struct {
		const char *from; /* in place of her field */
		size_t count;
		const char *domain, *author;
	} cases[] = {
		{ "From: a@uni.example, b@uni.example\r\n", 2, "uni.example", "" },
		{ "From: a@uni.example, b@evil.example\r\n", 2, "", "" },
		{ "From: a@uni.example\r\nFrom: b@uni.example\r\n", 2, "", "" },
		{ "From: \"x@evil.example\" <anna@Uni.Example>\r\n", 1, "uni.example",
		  "anna" },
		{ "From: undisclosed:;\r\n", 0, "", "" },
		{ "", 0, "", "" },
	};
	ARENA(a);
	struct site s = make_site(a, "v=DMARC1; p=reject");
	str rest = str_find(str_from(plain), STR("To: "));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct trust_result t;
		str text;
		judge(&s, arena_cat(a, str_from(cases[i].from), rest), "192.0.2.9",
		      "anna@uni.example", &t, &text);
		CHECK(t.author.count == cases[i].count);
		CHECK(str_eq(t.author.domain, str_from(cases[i].domain)));
		CHECK(str_eq(t.author.mailbox.address.local, str_from(cases[i].author)));
		CHECK(t.aligned == (cases[i].domain[0] != '\0'));
		CHECK((t.dmarc.verdict == DMARC_PERMERROR) == !cases[i].domain[0]);
	}
	sign_key_free(s.key);
}

/* Without a policy an aligned pass still makes the author's word count. */
static void test_no_policy(void)
{
	ARENA(a);
	struct site s = make_site(a, NULL);
	struct trust_result t;
	str text;
	judge(&s, s.message, "198.51.100.1", "x@evil.example", &t, &text);
	CHECK(t.dmarc.verdict == DMARC_NONE && t.aligned && !t.temporary);
	judge(&s, str_from(plain), "192.0.2.9", "anna@uni.example", &t, &text);
	CHECK(t.dmarc.verdict == DMARC_NONE && t.aligned);
	judge(&s, str_from(plain), "198.51.100.1", "anna@uni.example", &t, &text);
	CHECK(!t.aligned && !t.temporary);
	s.dns->count = 0;
	table_fail(s.dns, "s._domainkey.uni.example");
	judge(&s, s.message, "198.51.100.1", "x@evil.example", &t, &text);
	CHECK(!t.aligned && t.temporary);
	sign_key_free(s.key);
}

/* What decides is read from what was kept; of what is no JSON nothing is true. */
static void test_said(void)
{
	struct trust_said s = trust_said(STR("{\"spf\":\"pass\",\"aligned\":true}"));
	CHECK(s.spf && s.aligned && !s.local && !s.account);
	s = trust_said(STR("{\"spf\":\"fail\",\"aligned\":1,\"account\":true}"));
	CHECK(!s.spf && !s.aligned && s.account);
	CHECK(s.spf_fail && !s.dmarc_reject);
	s = trust_said(STR("{\"spf\":\"softfail\",\"dmarc\":{\"result\":\"fail\","
			   "\"policy\":\"reject\"}}"));
	CHECK(!s.spf_fail && s.dmarc_reject && s.dmarc_fail);
	s = trust_said(
		STR("{\"dmarc\":{\"result\":\"fail\",\"policy\":\"quarantine\"}}"));
	CHECK(!s.dmarc_reject && s.dmarc_fail);
	s = trust_said(STR("{\"aligned\":true,\"dmarc\":{\"result\":\"fail\"}}"));
	CHECK(!s.dmarc_fail);
	s = trust_said(STR("{\"dmarc\":{\"result\":\"pass\",\"policy\":\"reject\"}}"));
	CHECK(!s.dmarc_reject);
	s = trust_said(STR("aligned"));
	CHECK(!s.spf && !s.aligned && !s.local && !s.account);
	s = trust_said(STR(""));
	CHECK(!s.local);
}

/* A reverse zone that does not answer is its owner's trouble, not the author's. */
static void test_no_reverse(void)
{
	ARENA(a);
	struct site s = make_site(a, "v=DMARC1; p=reject");
	struct trust_result t;
	str text;
	table_fail(s.dns, "8.2.0.192.in-addr.arpa");
	judge(&s, s.message, "192.0.2.8", "anna@uni.example", &t, &text);
	CHECK(t.iprev.verdict == IPREV_TEMPERROR && t.aligned && !t.temporary);
	sign_key_free(s.key);
}

static void test_no_dns(void)
{
	ARENA(a);
	struct site s = make_site(a, NULL);
	struct trust_result t;
	str text;
	s.dns->count = 0;
	static const char *const names[] = { "s._domainkey.uni.example", "uni.example",
					     "_dmarc.uni.example", "_dmarc.example",
					     "9.2.0.192.in-addr.arpa" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		table_fail(s.dns, names[i]);
	judge(&s, s.message, "192.0.2.9", "anna@uni.example", &t, &text);
	CHECK(t.iprev.verdict == IPREV_TEMPERROR && t.spf.verdict == SPF_TEMPERROR);
	CHECK(t.dkim[0].verdict == DKIM_TEMPERROR && t.dmarc.verdict == DMARC_TEMPERROR);
	CHECK(!t.aligned && t.temporary);
	sign_key_free(s.key);
}

/* The copy as it will leave, judged without DNS. */
static void test_again(void)
{
	ARENA(a);
	struct site s = make_site(a, "v=DMARC1; p=reject; t=y");
	struct trust_result t, again;
	str text, row;
	judge(&s, s.message, "192.0.2.9", "anna@uni.example", &t, &text);
	row = trust_json(a, &t);
	struct header h;
	str copy = arena_cat(a, STR("List-Id: <dev.lists.example>\r\n"), s.message);
	CHECK(!header_scan(a, copy, &h).kind);
	CHECK(!trust_again(a, row, &h, h.body, NOW, &again).kind);
	CHECK(again.dmarc.verdict == DMARC_PASS && again.dmarc.dkim_aligned
	      && again.aligned);
	CHECK(!trust_again(a, row, &h, arena_cat(a, h.body, STR("footer\r\n")), NOW,
			   &again)
		       .kind);
	CHECK(again.dkim[0].verdict == DKIM_FAIL && !again.dmarc.dkim_aligned
	      && !again.aligned);
	CHECK(again.dmarc.verdict == DMARC_FAIL
	      && again.dmarc.published == DMARC_POLICY_REJECT
	      && again.dmarc.policy == DMARC_POLICY_QUARANTINE);

	/* what was not asked then is not known now, and never a pass */
	CHECK(!trust_again(a, STR("{\"account\":true}"), &h, h.body, NOW, &again).kind);
	CHECK(again.dmarc.verdict == DMARC_TEMPERROR && !again.aligned);
	CHECK(trust_again(a, STR("nonsense"), &h, h.body, NOW, &again).kind
	      == ERR_SYNTAX);
	CHECK(trust_again(a, STR_NONE, &h, h.body, NOW, &again).kind == ERR_SYNTAX);
	CHECK(trust_again(a, STR("[1]"), &h, h.body, NOW, &again).kind == ERR_SYNTAX);
	CHECK(!trust_again(a,
			   STR("{\"dns\":[1,{\"name\":2},{\"name\":\"x\",\"type\":"
			       "\"TXT\"}]}"),
			   &h, h.body, NOW, &again)
		       .kind);
	sign_key_free(s.key);
}

/* Bytes that others chose survive the way into JSON and back. */
static void test_hostile_text(void)
{
	ARENA(a);
	struct site s = make_site(a, NULL);
	struct trust_result t, again;
	struct header h;
	str text;
	table_add(s.dns, STR("_dmarc.uni.example"), DNS_TXT,
		  (struct dns_record){ .data = STR("\xff\0\"\\\n") });
	judge(&s, s.message, "192.0.2.9", "\"a\\\"; dmarc=pass\"@uni.example", &t, &text);
	CHECK(!str_find(text, STR("; dmarc=pass ")).n);
	CHECK(!header_scan(a, s.message, &h).kind);
	CHECK(!trust_again(a, trust_json(a, &t), &h, h.body, NOW, &again).kind);
	CHECK(again.dkim[0].verdict == DKIM_PASS && again.dmarc.verdict == DMARC_NONE);
	sign_key_free(s.key);
}

/* Ten records of 60,000 octets that JSON writes with six each are not kept. */
static void test_large_records(void)
{
	ARENA(a);
	struct dns_table *dns = arena_alloc(a, sizeof *dns);
	struct dns_answer answer;
	struct kept k;
	BUF(text);
	char *large = arena_alloc(a, 60000);
	*dns = DNS_TABLE(a);
	memset(large, 1, 60000);
	table_txt(dns, "_dmarc.uni.example", STR("v=DMARC1; p=reject"));
	kept_record(&k, a, &dns->resolver);
	for (int i = 0; i < 10; i++) {
		str name = arena_printf(a, "s%d._domainkey.far.example", i);
		table_add(dns, name, DNS_TXT,
			  (struct dns_record){ .data = { large, 60000 } });
		resolver_ask(&k.resolver, a, name, DNS_TXT, 0, &answer);
		CHECK(answer.status == DNS_FOUND && answer.records[0].data.n == 60000);
	}
	resolver_ask(&k.resolver, a, STR("_dmarc.uni.example"), DNS_TXT, 0, &answer);
	kept_json(&text, &k);
	json_t *json = json_loadb(text.p, text.n, 0, NULL);
	CHECK(text.n < 1000 && json_array_size(json) == 1);
	kept_replay(&k, a, json);
	resolver_ask(&k.resolver, a, STR("_dmarc.uni.example"), DNS_TXT, 0, &answer);
	CHECK(answer.status == DNS_FOUND);
	resolver_ask(&k.resolver, a, STR("s1._domainkey.far.example"), DNS_TXT, 0,
		     &answer);
	CHECK(answer.status == DNS_FAILED);
	json_decref(json);
}

int main(void)
{
	test_large_records();
	test_good();
	test_bad();
	test_from();
	test_no_policy();
	test_no_dns();
	test_no_reverse();
	test_said();
	test_again();
	test_hostile_text();
	return check_done();
}
