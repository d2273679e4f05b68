#include "tests/check.h"
#include "tests/unit/dns_table.h"
#include "tests/unit/yaml_doc.h"
#include "trust/spf.h"
#include "trust/spf_inside.h"

static enum spf_verdict check(struct dns_table *t, const char *ip, const char *helo,
			      const char *from, struct spf_result *out)
{
	struct net_addr client;
	CHECK(!net_parse_ip(str_from(ip), &client).kind);
	struct spf_ask ask = { .resolver = &t->resolver,
			       .client = &client,
			       .helo = str_from(helo),
			       .sender = str_from(from),
			       .receiver = STR("receiver.example") };
	spf_check(t->a, &ask, out);
	return out->verdict;
}

struct suite {
	unsigned cases, passed;
};

static bool has_txt(yaml_document_t *doc, const yaml_node_t *records)
{
	for (yaml_node_item_t *i = NULL; (i = yaml_next_item(records, i));)
		if (yaml_at(doc, yaml_document_get_node(doc, *i), "TXT"))
			return true;
	return false;
}

static str joined(struct arena *a, yaml_document_t *doc, const yaml_node_t *value)
{
	str text = yaml_text(value);
	for (yaml_node_item_t *i = NULL; (i = yaml_next_item(value, i));)
		text = arena_cat(a, text, yaml_text(yaml_document_get_node(doc, *i)));
	return text;
}

static void add_record(struct dns_table *t, yaml_document_t *doc, str name, str type,
		       const yaml_node_t *value, bool txt)
{
	str text = yaml_text(value);
	if (str_eq(type, STR("A")) || str_eq(type, STR("AAAA"))) {
		table_ip(t, name, text);
	} else if (str_eq(type, STR("TXT")) || (str_eq(type, STR("SPF")) && !txt)) {
		/* records are listed as SPF where the same TXT is meant; NONE: there is
		 * none */
		if (!str_eq(text, STR("NONE")))
			table_add(
				t, name, DNS_TXT,
				(struct dns_record){ .data = joined(t->a, doc, value) });
	} else if (str_eq(type, STR("MX"))) {
		table_name(t, name, DNS_MX,
			   yaml_text(yaml_document_get_node(
				   doc, value->data.sequence.items.start[1])));
	} else if (str_eq(type, STR("PTR")) || str_eq(type, STR("CNAME"))) {
		table_name(t, name, str_eq(type, STR("PTR")) ? DNS_PTR : DNS_CNAME, text);
	} else {
		table_add(t, name, TABLE_EXISTS, (struct dns_record){ 0 });
	}
}

static void load_zone(struct dns_table *t, yaml_document_t *doc, const yaml_node_t *zone)
{
	for (yaml_node_pair_t *p = NULL; (p = yaml_next_pair(zone, p));) {
		str name = yaml_text(yaml_document_get_node(doc, p->key));
		const yaml_node_t *records = yaml_document_get_node(doc, p->value);
		bool txt = has_txt(doc, records);
		for (yaml_node_item_t *i = NULL; (i = yaml_next_item(records, i));) {
			const yaml_node_t *record = yaml_document_get_node(doc, *i);
			if (str_eq(yaml_text(record), STR("TIMEOUT"))) {
				table_add(t, name, TABLE_FAIL, (struct dns_record){ 0 });
				continue;
			}
			yaml_node_pair_t *r = yaml_next_pair(record, NULL);
			add_record(t, doc, name,
				   yaml_text(yaml_document_get_node(doc, r->key)),
				   yaml_document_get_node(doc, r->value), txt);
		}
	}
}

static bool wanted(yaml_document_t *doc, const yaml_node_t *result, const char *word)
{
	if (str_eq(yaml_text(result), str_from(word)))
		return true;
	for (yaml_node_item_t *i = NULL; (i = yaml_next_item(result, i));)
		if (str_eq(yaml_text(yaml_document_get_node(doc, *i)), str_from(word)))
			return true;
	return false;
}

static void play(struct arena *a, yaml_document_t *doc, void *context)
{
	struct suite *suite = context;
	const yaml_node_t *root = yaml_document_get_root_node(doc);
	struct dns_table *t = arena_alloc(a, sizeof *t);
	*t = DNS_TABLE(a);
	load_zone(t, doc, yaml_at(doc, root, "zonedata"));
	for (yaml_node_pair_t *p = NULL;
	     (p = yaml_next_pair(yaml_at(doc, root, "tests"), p));) {
		const yaml_node_t *test = yaml_document_get_node(doc, p->value);
		struct spf_result out;
		check(t, arena_z(a, yaml_get(doc, test, "host")),
		      arena_z(a, yaml_get(doc, test, "helo")),
		      arena_z(a, yaml_get(doc, test, "mailfrom")), &out);
		str words = yaml_get(doc, test, "explanation");
		if (str_eq(words, STR("DEFAULT")))
			words = STR("");
		bool ok = wanted(doc, yaml_at(doc, test, "result"), spf_word(out.verdict))
			  && (!yaml_at(doc, test, "explanation")
			      || out.verdict != SPF_FAIL
			      || str_eq(words, out.explanation));
		CHECK(ok);
		if (!ok)
			fprintf(stderr, "  %.*s: %s \"%.*s\" (%s)\n",
				STR_F(yaml_text(yaml_document_get_node(doc, p->key))),
				spf_word(out.verdict), STR_F(out.explanation),
				out.why ? out.why : "");
		suite->cases++;
		suite->passed += ok;
	}
}

static void test_suite(void)
{
	ARENA(a);
	struct suite suite = { 0 };
	const char *dir = data_folder();
	if (!dir)
		return;
	yaml_each(a, arena_printf(a, "%s/spf/rfc7208-tests.yml", dir).p, play, &suite);
	printf("suite: SPF, RFC 7208: %u of %u cases\n", suite.passed, suite.cases);
	CHECK(suite.cases == 203);
}

/* What the suite does not ask. */
static void test_own(void)
{
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct spf_result out;
	table_txt(&t, "a.example", STR("v=spf1 ip6:2001:db8::/33 ip4:192.0.2.0/25 -all"));
	table_fail(&t, "slow.example");
	table_txt(&t, "inc.example", STR("v=spf1 include:slow.example -all"));
	table_txt(&t, "loop.example", STR("v=spf1 include:loop.example -all"));
	table_txt(&t, "round.example", STR("v=spf1 redirect=round.example"));
	CHECK(check(&t, "192.0.2.127", "h.example", "x@a.example", &out) == SPF_PASS);
	CHECK(check(&t, "192.0.2.128", "h.example", "x@A.Example", &out) == SPF_FAIL);
	CHECK(str_eq(out.domain, STR("a.example")) && !out.helo);
	CHECK(strstr(out.why, "-all of a.example"));
	CHECK(check(&t, "::ffff:192.0.2.1", "h.example", "x@a.example", &out)
	      == SPF_PASS);
	CHECK(check(&t, "2001:db8:7fff::1", "h.example", "x@a.example", &out)
	      == SPF_PASS);
	CHECK(check(&t, "2001:db8:8000::1", "h.example", "x@a.example", &out)
	      == SPF_FAIL);
	CHECK(check(&t, "192.0.2.1", "a.example", "", &out) == SPF_PASS && out.helo);
	CHECK(check(&t, "192.0.2.1", "h", "x@slow.example", &out) == SPF_TEMPERROR);
	CHECK(check(&t, "192.0.2.1", "h", "x@inc.example", &out) == SPF_TEMPERROR);
	CHECK(check(&t, "192.0.2.1", "h", "x@loop.example", &out) == SPF_PERMERROR);
	CHECK(check(&t, "192.0.2.1", "h", "x@round.example", &out) == SPF_PERMERROR);
	CHECK(check(&t, "192.0.2.1", "h", "x@none.example", &out) == SPF_NONE);
	CHECK(check(&t, "192.0.2.1", "", "", &out) == SPF_NONE);
}

static void test_explanation(void)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "See http://%{d}/%{i}?s=%{S}",
		  "See http://e.example/192.0.2.9?s=a%2Bb%40e.example" },
		{ "%{c} at %{r}%%%_%-", "192.0.2.9 at receiver.example% %20" },
		{ "line\r\nbreak", "" },
		{ "\xc3\xa4", "" },
		{ "%{x}", "" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dns_table t = DNS_TABLE(a);
		struct spf_result out;
		table_txt(&t, "e.example", STR("v=spf1 -all exp=why.e.example"));
		table_txt(&t, "why.e.example", str_from(cases[i].text));
		CHECK(check(&t, "192.0.2.9", "h", "a+b@e.example", &out) == SPF_FAIL);
		CHECK(str_eq(out.explanation, str_from(cases[i].words)));
	}
}

static void test_record(void)
{
	static const struct {
		const char *text;
		bool ok;
		size_t terms;
	} cases[] = {
		{ "v=spf1", true, 0 },
		{ "V=SPF1  a   mx:%{d}.x.example//64  ", true, 2 },
		{ "v=spf1 a/24//64 -ALL", true, 2 },
		{ "v=spf1 a:x.example/24 ?exists:%{ir}.%{v}.x.example", true, 2 },
		{ "v=spf1 foo=%{d} all", true, 1 },
		{ "v=spf10", false, 0 },
		{ "v=spf1 a/33", false, 0 },
		{ "v=spf1 a//129", false, 0 },
		{ "v=spf1 a/024", false, 0 },
		{ "v=spf1 ip4:192.0.2", false, 0 },
		{ "v=spf1 ip4:192.0.2.1/", false, 0 },
		{ "v=spf1 ip6:1.2.3.4", false, 0 },
		{ "v=spf1 include", false, 0 },
		{ "v=spf1 include:x", false, 0 },
		{ "v=spf1 a:%{d0}.example", false, 0 },
		{ "v=spf1 a:%{c}.example", false, 0 },
		{ "v=spf1 a:x.123", false, 0 },
		{ "v=spf1 redirect=x.example redirect=y.example", false, 0 },
		{ "v=spf1 -redirect=x.example", false, 0 },
		{ "v=spf1 foo=%x", false, 0 },
		{ "v=spf1 nosuch:x.example", false, 0 },
		{ "v=spf1\tall", false, 0 },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct spf_record r = { 0 };
		bool ok = !spf_record_parse(a, str_from(cases[i].text), &r).kind;
		CHECK(ok == cases[i].ok && r.count == cases[i].terms);
		if (ok != cases[i].ok)
			fprintf(stderr, "  %s\n", cases[i].text);
	}
}

static str many(struct arena *a, const char *before, const char *macro, size_t n,
		const char *behind)
{
	BUF(out);
	buf_add(&out, str_from(before));
	for (size_t i = 0; i < n; i++)
		buf_add(&out, str_from(macro));
	buf_add(&out, str_from(behind));
	return arena_copy(a, buf_str(&out));
}

/* What a policy may cost whoever reads it. */
static void test_bounded(void)
{
	ARENA(a);
	struct dns_table t = DNS_TABLE(a);
	struct spf_result out;
	char helo[256];
	memset(helo, 'h', 255);
	for (size_t i = 1; i < 255; i += 2)
		helo[i] = '.';
	helo[255] = '\0';
	/* names of the client are asked for once, and ten of them at most */
	for (int i = 0; i < 12; i++)
		table_name(&t, STR("9.2.0.192.in-addr.arpa"), DNS_PTR,
			   arena_printf(a, "n%d.victim.example", i));
	table_ip(&t, STR("n7.victim.example"), STR("192.0.2.9"));
	table_txt(&t, "p.example",
		  many(a, "v=spf1 ", "exists:%{p}%{p}%{p}.%{d} ", 9, "ptr -all"));
	CHECK(check(&t, "192.0.2.9", "h", "x@p.example", &out) == SPF_PERMERROR);
	CHECK(t.asked == 1 + 1 + 10 + 3); /* the record, PTR, its names, three voids */
	/* a record that is too long, and one whose names grow too long */
	table_txt(&t, "long.example", many(a, "v=spf1 ", "ip4:192.0.2.1 ", 300, "-all"));
	CHECK(check(&t, "192.0.2.9", "h", "x@long.example", &out) == SPF_PERMERROR);
	CHECK(strstr(out.why, "4,096"));
	t.asked = 0;
	table_txt(&t, "h.example", many(a, "v=spf1 a:", "%{h}", 900, ".x.example -all"));
	CHECK(check(&t, "192.0.2.9", helo, "x@h.example", &out) == SPF_PERMERROR);
	CHECK(strstr(out.why, "macros") && t.asked == 1);
	table_txt(&t, "r.example",
		  many(a, "v=spf1 redirect=", "%{h}", 900, ".x.example"));
	CHECK(check(&t, "192.0.2.9", helo, "x@r.example", &out) == SPF_PERMERROR);
	CHECK(strstr(out.why, "macros"));
	/* an explanation that grows too long is none */
	table_txt(&t, "e.example", STR("v=spf1 -all exp=why.e.example"));
	table_txt(&t, "why.e.example", many(a, "", "%{h}", 900, ""));
	CHECK(check(&t, "192.0.2.9", helo, "x@e.example", &out) == SPF_FAIL);
	CHECK(!out.explanation.n);
}

int main(void)
{
	test_suite();
	test_bounded();
	test_own();
	test_explanation();
	test_record();
	return check_done();
}
