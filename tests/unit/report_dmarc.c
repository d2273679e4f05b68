/* DMARC aggregate reports: all forms that they come in, what is refused, and ours. */
#include "mail/report_dmarc.h"

#include "base/buf.h"
#include "base/gzip.h"
#include "mail/header.h"
#include "tests/check.h"

#include <sys/resource.h>

#define HEAD                                                                          \
	"<feedback><report_metadata><org_name> far.example </org_name><report_id>7"   \
	"</report_id><date_range><begin>100</begin><end>200</end></date_range>"       \
	"</report_metadata><policy_published><domain>UNI.example</domain><p>None</p>" \
	"</policy_published>"
#define RECORD                                                                     \
	"<record><row><source_ip>192.0.2.1</source_ip><count>3</count>"            \
	"<policy_evaluated><disposition>none</disposition><dkim>fail</dkim>"       \
	"<spf>pass</spf><reason><type>local_policy</type><comment>a &lt; b"        \
	"</comment></reason></policy_evaluated></row><identifiers><header_from>"   \
	"uni.example</header_from></identifiers><auth_results><dkim><domain>"      \
	"uni.example</domain><result>fail</result></dkim><spf><domain>lab.example" \
	"</domain><result>pass</result></spf></auth_results></record>"

static void test_values(struct arena *a)
{
	struct dmarc_report r;
	CHECK(!dmarc_report_read(a, STR(HEAD RECORD RECORD "</feedback>"), &r).kind);
	CHECK(str_eq(r.org_name, STR("far.example")) && str_eq(r.report_id, STR("7")));
	CHECK(r.begin == 100 && r.end == 200 && str_eq(r.domain, STR("uni.example")));
	CHECK(str_eq(r.p, STR("none")) && !r.sp.n && r.count == 2);
	const struct dmarc_report_record *x = &r.records[1];
	CHECK(str_eq(x->source_ip, STR("192.0.2.1")) && x->count == 3);
	CHECK(str_eq(x->dkim, STR("fail")) && str_eq(x->spf, STR("pass")));
	CHECK(x->reason_count == 1 && str_eq(x->reasons[0].type, STR("local_policy"))
	      && str_eq(x->reasons[0].comment, STR("a < b")));
	CHECK(x->auth_count == 2 && str_eq(x->auths[0].method, STR("dkim"))
	      && str_eq(x->auths[1].method, STR("spf"))
	      && str_eq(x->auths[1].domain, STR("lab.example")));
	CHECK(str_eq(r.records[0].auths[0].domain, STR("uni.example")));
}

static void test_refused(struct arena *a)
{
	static const struct {
		const char *bytes;
		enum err_kind kind;
	} cases[] = {
		{ "", ERR_NOTFOUND },
		{ "Subject: x\r\n\r\nhello\r\n", ERR_NOTFOUND },
		{ "<?xml version='1.0'?><tls/>", ERR_SYNTAX },
		{ HEAD "</report>", ERR_SYNTAX },
		{ HEAD, ERR_SYNTAX },
		{ "<?xml version='1.0'?><!DOCTYPE feedback [<!ENTITY a 'x'>]><feedback>"
		  "&a;</feedback>",
		  ERR_SYNTAX },
		{ "PK\3\4", ERR_SYNTAX },
		{ "\x1F\x8B\x08", ERR_SYNTAX },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dmarc_report r = { .count = 77 };
		err e = dmarc_report_read(a, str_from(cases[i].bytes), &r);
		CHECK(e.kind == cases[i].kind && r.count == 77 && e.msg);
	}
	struct dmarc_report r;
	CHECK(!dmarc_report_read(a, STR("<feedback/>"), &r).kind && !r.count);
	CHECK(!dmarc_report_read(
		       a,
		       STR("<?xml version='1.0'?> <xs:schema x='y'>\n" HEAD RECORD
			   "</feedback>"),
		       &r)
		       .kind
	      && r.count == 1);
}

static str many(struct arena *a, const char *head, const char *each, int n)
{
	BUF(b);
	buf_add(&b, str_from(head));
	for (int i = 0; i < n; i++)
		buf_add(&b, str_from(each));
	buf_add(&b, STR("</feedback>"));
	return arena_copy(a, buf_str(&b));
}

static void test_limits(void)
{
	ARENA(a);
	struct dmarc_report r;
	CHECK(dmarc_report_read(a, many(a, "<feedback>", "<a>", 40), &r).kind
	      == ERR_LIMIT);
	CHECK(dmarc_report_read(a,
				many(a, "<feedback><record><auth_results>", "<spf/>",
				     DMARC_RECORD_PARTS_MAX + 1),
				&r)
		      .kind
	      == ERR_LIMIT);
	CHECK(dmarc_report_read(
		      a, many(a, "<feedback>", "<record/>", DMARC_RECORDS_MAX + 1), &r)
		      .kind
	      == ERR_LIMIT);
	CHECK(!dmarc_report_read(a, many(a, "<feedback>", "<record/>", 50000), &r).kind
	      && r.count == 50000);
	static const char parts[] =
		"<record><row><policy_evaluated><reason/></policy_evaluated></row>"
		"<auth_results><spf/><dkim/></auth_results></record>";
	str ten = many(a, "<feedback>", parts, 10);
	CHECK(!dmarc_report_parse(a, ten, 10, 30, &r).kind && r.count == 10
	      && r.records[9].auth_count == 2 && r.records[9].reason_count == 1);
	CHECK(dmarc_report_parse(a, ten, 9, 30, &r).kind == ERR_LIMIT);
	CHECK(dmarc_report_parse(a, ten, 10, 29, &r).kind == ERR_LIMIT);
	/* Bare is bare: nothing is unpacked. */
	CHECK(dmarc_report_parse(a, gzip_pack(a, ten), 10, 30, &r).kind == ERR_NOTFOUND);
	/* A value is cut, not the report refused. */
	str text = many(a, "<feedback><version>", "\xC3\xA4", 5001);
	text = arena_cat(a, str_first(text, text.n - strlen("</feedback>")),
			 STR("</version></feedback>"));
	CHECK(!dmarc_report_read(a, text, &r).kind
	      && r.version.n == DMARC_REPORT_TEXT_MAX);
}

/* ---- ours */

static void test_uris(struct arena *a)
{
	static const struct {
		const char *rua, *wanted;
	} cases[] = {
		{ "", "" },
		{ "mailto:a@x.example", "a@x.example:0" },
		{ "mailto:a@x.example!10m , MAILTO:b%2Bc@x.example!50K",
		  "a@x.example:10485760 b+c@x.example:51200" },
		{ "mailto:a@x.example!1t,mailto:b@x.example!7",
		  "a@x.example:1099511627776 b@x.example:7" },
		{ "mailto:a@x.example!99999999999999999t",
		  "a@x.example:9223372036854775807" },
		{ "mailto:a@x.example!,mailto:a@x.example!m,mailto:a@x.example!0,"
		  "mailto:a@x.example!10mb,mailto:a%21b@x.example",
		  "a!b@x.example:0" },
		{ "https://x.example/a@b,a@x.example,mailto:,,mailto:x.example", "" },
		{ "mailto:1@x.example,mailto:2@x.example,mailto:3@x.example,"
		  "mailto:4@x.example,mailto:5@x.example",
		  "1@x.example:0 2@x.example:0 3@x.example:0 4@x.example:0" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dmarc_report_to to[DMARC_REPORT_URIS];
		size_t n = dmarc_report_uris(a, str_from(cases[i].rua), to);
		str all = STR("");
		for (size_t k = 0; k < n; k++)
			all = arena_cat(a, all, k ? STR(" ") : STR(""),
					address_text(a, &to[k].address),
					arena_printf(a, ":%lld", (long long)to[k].most));
		if (!str_eq(all, str_from(cases[i].wanted)))
			fprintf(stderr, "  %s: %.*s\n", cases[i].rua, STR_F(all));
		CHECK(str_eq(all, str_from(cases[i].wanted)));
	}
}

static struct dmarc_auth auths[] = {
	{ .method = STR("spf"),
	  .domain = STR("lab.example"),
	  .scope = STR("mfrom"),
	  .result = STR("softfail") },
	{ .method = STR("dkim"),
	  .domain = STR("uni.example"),
	  .selector = STR("s1"),
	  .result = STR("pass") },
	{ .method = STR("dkim"),
	  .domain = STR("x.example"),
	  .selector = STR("s2"),
	  .result = STR("permerror"),
	  .human_result = STR("no <key> & \"more\"") },
};
static struct dmarc_reason reason = { STR("local_policy"), STR("a\x01\n\xffz ]]>") };
static str problem = STR("7 more messages");
static struct dmarc_report_record our_records[] = {
	{ .source_ip = STR("192.0.2.1"),
	  .count = 3,
	  .disposition = STR("pass"),
	  .dkim = STR("pass"),
	  .spf = STR("fail"),
	  .header_from = STR("uni.example"),
	  .envelope_from = STR("lab.example"),
	  .auths = auths,
	  .auth_count = 3 },
	{ .source_ip = STR("2001:db8::1"),
	  .count = 1,
	  .disposition = STR("none"),
	  .dkim = STR("fail"),
	  .spf = STR("fail"),
	  .header_from = STR("cs.uni.example"),
	  .reasons = &reason,
	  .reason_count = 1 },
};
static const struct dmarc_report written = { .version = STR("1.0"),
					     .org_name = STR("lists.example"),
					     .email = STR("postmaster@lists.example"),
					     .extra_contact = STR(
						     "https://x.example/?a&b"),
					     .report_id = STR("7.uni.example@lists."
							      "example"),
					     .generator = STR("Postern"),
					     .begin = 1795651200,
					     .end = 1795737599,
					     .errors = &problem,
					     .error_count = 1,
					     .domain = STR("uni.example"),
					     .adkim = STR("r"),
					     .aspf = STR("s"),
					     .p = STR("reject"),
					     .sp = STR("none"),
					     .np = STR("reject"),
					     .testing = STR("n"),
					     .discovery = STR("treewalk"),
					     .fo = STR("1:d"),
					     .records = our_records,
					     .count = 2 };

/* What we write we read again the same. */
static void test_ours(struct arena *a)
{
	struct dmarc_report_by by = { STR("lists.example"), STR("mail.lists.example") };
	struct address to = { STR("r"), STR("uni.example") };
	str xml = dmarc_report_xml(a, &written), packed = gzip_pack(a, xml);
	str mail = dmarc_report_mail(a, &written, &by, &to, packed);
	str forms[] = { xml, packed, mail };
	for (size_t i = 0; i < 3; i++) {
		struct dmarc_report r;
		CHECK(!dmarc_report_read(a, forms[i], &r).kind);
		CHECK(r.count == 2 && r.begin == written.begin && r.end == written.end
		      && str_eq(r.domain, written.domain) && str_eq(r.fo, written.fo)
		      && str_eq(r.extra_contact, written.extra_contact)
		      && str_eq(r.discovery, written.discovery));
		CHECK(r.records[0].auth_count == 3 && r.records[0].count == 3
		      && str_eq(r.records[0].auths[1].human_result, auths[2].human_result)
		      && str_eq(r.records[0].auths[2].scope, STR("mfrom")));
		CHECK(str_eq(r.records[1].reasons[0].comment,
			     STR("a??\xef\xbf\xbdz ]]>")));
		CHECK(str_eq(dmarc_report_xml(a, &r), xml));
	}
	CHECK(str_find(mail, STR("filename=\"lists.example!uni.example!1795651200!"
				 "1795737599.xml.gz\"\r\n"))
		      .n);
	struct header h;
	CHECK(!header_scan(a, mail, &h).kind);
	CHECK(str_eq(header_text(a, header_find(&h, STR("Subject"))),
		     STR("Report Domain: uni.example Submitter: lists.example Report-ID: "
			 "<7.uni.example@lists.example>")));
	CHECK(str_eq(header_text(a, header_find(&h, STR("Auto-Submitted"))),
		     STR("auto-generated")));
}

int main(void)
{
	ARENA(a);
	test_values(a);
	test_refused(a);
	test_limits();
	test_uris(a);
	test_ours(a);
	return check_done();
}
