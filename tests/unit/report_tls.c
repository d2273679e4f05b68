/* Reports on TLS: who asks for them, what we write, and what others write, among it
 * all those of the shared data. */
#include "mail/report_tls.h"

#include "base/file.h"
#include "base/gzip.h"
#include "mail/mime.h"
#include "tests/check.h"

#include <stdlib.h>

static void records(struct arena *a)
{
	static const struct {
		const char *text, *uris; /* NULL: no record */
	} cases[] = {
		{ "v=TLSRPTv1; rua=mailto:tls@uni.example", "mailto:tls@uni.example" },
		{ "v=TLSRPTv1;rua=mailto:a@x.example,https://x.example/r;",
		  "mailto:a@x.example https://x.example/r" },
		{ "v=TLSRPTv1 ; ext=1; rua=mailto:a@x.example", "mailto:a@x.example" },
		{ "v=TLSRPTv1; rua=ftp://x.example, http://x.example,mailto:a@x.example",
		  "mailto:a@x.example" },
		{ "v=TLSRPTv1; rua=mailto:1@x.example,mailto:2@x.example,mailto:3@x."
		  "example,mailto:4@x.example,mailto:5@x.example",
		  "mailto:1@x.example mailto:2@x.example mailto:3@x.example "
		  "mailto:4@x.example" },
		{ "v=TLSRPTv1; rua=", NULL },
		{ "v=TLSRPTv1;", NULL },
		{ "v=TLSRPTv1", NULL },
		{ "v=TLSRPTv2; rua=mailto:a@x.example", NULL },
		{ "rua=mailto:a@x.example; v=TLSRPTv1", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str uris[REPORT_TLS_URIS], all = STR("");
		size_t n = 0;
		bool is = report_tls_record(str_from(cases[i].text), a, uris, &n);
		for (size_t k = 0; k < n; k++)
			all = arena_cat(a, all, k ? STR(" ") : STR(""), uris[k]);
		if (!str_eq(all, str_from(cases[i].uris)))
			fprintf(stderr, "  %s: %.*s\n", cases[i].text, STR_F(all));
		CHECK(is == (cases[i].uris != NULL));
		CHECK(str_eq(all, str_from(cases[i].uris)));
	}
}

static void addresses(struct arena *a)
{
	static const struct {
		const char *uri, *address; /* NULL: none */
	} cases[] = {
		{ "mailto:tls@uni.example", "tls@uni.example" },
		{ "MAILTO:tls%2Bx@uni.example?subject=a", "tls+x@uni.example" },
		{ "mailto:a%2Cb@uni.example", NULL },
		{ "mailto:a@x.example%0D%0ABcc:b@x.example", NULL },
		{ "mailto:", NULL },
		{ "mailto:uni.example", NULL },
		{ "mailto:a%zz@uni.example", NULL },
		{ "https://uni.example/a@b.example", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct address to;
		bool is = report_tls_address(a, str_from(cases[i].uri), &to);
		if (is != (cases[i].address != NULL))
			fprintf(stderr, "  %s\n", cases[i].uri);
		CHECK(is == (cases[i].address != NULL));
		if (is)
			CHECK(str_eq(address_text(a, &to), str_from(cases[i].address)));
	}
}

/* What we write is what section 4.4 says, and read again the same. */
static void ours(struct arena *a)
{
	str strings[] = { STR("version: STSv1"), STR("mode: testing") };
	str mx[] = { STR("*.uni.example") };
	struct report_tls_failure failure = {
		STR("certificate-expired"), STR("mx.uni.example"),   STR("192.0.2.1"),
		STR("2001:db8::1"),         STR("a \"word\"\n\xff"), 3
	};
	struct report_tls_policy p[] = { { .type = STR("sts"),
					   .domain = STR("uni.example"),
					   .strings = strings,
					   .string_count = 2,
					   .mx = mx,
					   .mx_count = 1,
					   .successes = 7,
					   .failures = 3,
					   .details = &failure,
					   .detail_count = 1 },
					 { .type = STR("no-policy-found"),
					   .domain = STR("uni.example"),
					   .successes = 1 } };
	struct report_tls r = { .domain = STR("uni.example"),
				.organization = STR("lists.example"),
				.submitter = STR("lists.example"),
				.contact = STR("postmaster@lists.example"),
				.id = STR("2026-11-26.uni.example@lists.example"),
				.begin = 1795651200,
				.end = 1795737599,
				.policies = p,
				.policy_count = 2 };
	str want = STR(
		"{\"organization-name\":\"lists.example\",\"date-range\":{\"start-"
		"datetime\":\"2026-11-26T00:00:00Z\",\"end-datetime\":\"2026-11-26T23:59:"
		"59Z\"},\"contact-info\":\"postmaster@lists.example\",\"report-id\":"
		"\"2026-11-26.uni.example@lists.example\",\"policies\":[{\"policy\":{"
		"\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\",\"mode: "
		"testing\"],\"policy-domain\":\"uni.example\",\"mx-host\":[\"*.uni."
		"example\"]},\"summary\":{\"total-successful-session-count\":7,\"total-"
		"failure-session-count\":3},\"failure-details\":[{\"result-type\":"
		"\"certificate-expired\",\"sending-mta-ip\":\"192.0.2.1\",\"receiving-mx-"
		"hostname\":\"mx.uni.example\",\"receiving-ip\":\"2001:db8::1\","
		"\"failure-reason-code\":\"a \\\"word\\\"\\u000a\xef\xbf\xbd\",\"failed-"
		"session-count\":3}]},{\"policy\":{\"policy-type\":\"no-policy-found\","
		"\"policy-domain\":\"uni.example\"},\"summary\":{\"total-successful-"
		"session-count\":1,\"total-failure-session-count\":0}}]}\n");
	str json = report_tls_json(a, &r);
	if (!str_eq(json, want))
		fprintf(stderr, "  %.*s\n", STR_F(json));
	CHECK(str_eq(json, want));
	struct address to = { STR("tls"), STR("uni.example") };
	str packed = gzip_pack(a, json);
	str mail = report_tls_mail(a, &r, STR("mail.lists.example"), &to, packed);
	str forms[] = { json, packed, mail };
	for (size_t i = 0; i < 3; i++) {
		struct report_tls again = { 0 };
		CHECK(!report_tls_read(a, forms[i], &again).kind);
		CHECK(str_eq(report_tls_json(a, &again), json));
		CHECK(str_eq(again.domain, STR("uni.example")) && again.begin == r.begin
		      && again.end == r.end);
	}
	struct mime m;
	CHECK(!mime_parse(a, mail, &m).kind && m.count == 3);
	CHECK(str_eq(m.parts[2].filename,
		     STR("lists.example!uni.example!1795651200!1795737599.json.gz")));
}

static void refused(struct arena *a)
{
	str large = { arena_zero(a, REPORT_TLS_MOST + 1), REPORT_TLS_MOST + 1 };
	memset((char *)(uintptr_t)large.p, ' ', large.n);
	((char *)(uintptr_t)large.p)[0] = '{';
	str bomb = gzip_pack(a, large), packed = gzip_pack(a, STR("{\"policies\":[]}"));
	str nested = { arena_alloc(a, 100000), 100000 };
	memset((char *)(uintptr_t)nested.p, '[', nested.n);
	((char *)(uintptr_t)nested.p)[0] = '{';
	str empties = STR("{\"policies\":["), much = STR("{\"policies\":[0");
	for (int i = 0; i < 17; i++) { /* "{}," 65,536 times */
		str again = i ? str_skip(empties, 13) : STR("{},");
		empties = arena_cat(a, empties, again);
	}
	for (int i = 0; i < 20; i++) { /* 524,288 */
		str again = i ? str_skip(much, 14) : STR(",1");
		much = arena_cat(a, much, again);
	}
	empties = arena_cat(a, empties, STR("{}]}"));
	much = arena_cat(a, much, STR("]}"));
	/* 300 times as large, within what is read */
	str grows = gzip_pack(a, arena_cat(a, STR("{\"policies\":[]}"),
					   str_first(str_skip(large, 1), 4 << 20)));
	const struct {
		str bytes;
		enum err_kind want;
	} cases[] = {
		{ packed, ERR_NONE },
		{ STR(""), ERR_SYNTAX },
		{ STR("{}"), ERR_SYNTAX },
		{ STR("{\"policies\":{}}"), ERR_SYNTAX },
		{ STR("{\"policies\":[]"), ERR_SYNTAX },
		{ STR("Subject: x\r\n\r\n{\"policies\":[]}"), ERR_SYNTAX },
		{ str_first(nested, 30000), ERR_SYNTAX },
		{ nested, ERR_LIMIT },
		{ empties, ERR_LIMIT },
		{ much, ERR_LIMIT },
		{ grows, ERR_LIMIT },
		{ large, ERR_LIMIT },
		{ bomb, ERR_LIMIT },
		{ str_first(packed, packed.n - 9), ERR_SYNTAX },
		{ str_first(packed, 5), ERR_SYNTAX },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct report_tls r = { .begin = 7 };
		err e = report_tls_read(a, cases[i].bytes, &r);
		if (e.kind != cases[i].want)
			fprintf(stderr, "  %zu: %d %s\n", i, e.kind, e.kind ? e.msg : "");
		CHECK(e.kind == cases[i].want && (!e.kind || r.begin == 7));
	}
}

/* Of each file: policies, sessions that went well and that failed, as its own text or
 * the expectation beside it has them. */
static void corpus(struct arena *a)
{
	static const struct {
		const char *file, *organization;
		size_t policies;
		int64_t good, bad;
		size_t details;
	} cases[] = {
		{ "tlsrpt/rpt01.eml", "Company-X", 1, 5326, 303, 3 },
		{ "tlsrpt/rpt01.json", "Company-X", 1, 5326, 303, 3 },
		{ "tlsrpt/rpt02.eml", "Google Inc.", 1, 23, 1, 1 },
		{ "tlsrpt/rpt02.json", "Google Inc.", 1, 23, 1, 1 },
		{ "tlsrpt/rpt03.json", "Google Inc.", 2, 2, 0, 0 },
		{ "parsedmarc-samples/smtp_tls/rfc8460.json", "Company-X", 1, 5326, 303,
		  3 },
		{ "parsedmarc-samples/smtp_tls/mail.ru.json", "Mail.ru", 1, 0, 1, 2 },
		{ "parsedmarc-samples/smtp_tls/smtp_tls.json", "Example Inc.", 1, 0, 3,
		  2 },
		{ "parsedmarc-samples/smtp_tls/google.com_smtp_tls_report.eml",
		  "Google Inc.", 1, 48, 0, 0 },
		{ "mox/tlsreports/example.eml", "Google Inc.", 1, 3, 0, 0 },
		{ "mox/tlsreports/microsoft.eml", "Microsoft Corporation", 1, 2, 0, 0 },
	};
	const char *data = getenv("POSTERN_DATA_SHARED");
	size_t right = 0, count = sizeof cases / sizeof *cases;
	for (size_t i = 0; i < count; i++) {
		str bytes;
		struct report_tls r = { 0 };
		str path = arena_cat(a, str_from(data ? data : "../shared/data"),
				     STR("/dmarc-reports/reports/"),
				     str_from(cases[i].file));
		err e = file_read(a, arena_z(a, path), 1 << 20, &bytes);
		if (e.kind == ERR_NOTFOUND) {
			printf("skipped: %s is not here\n", cases[i].file);
			return;
		}
		if (!e.kind)
			e = report_tls_read(a, bytes, &r);
		int64_t good = 0, bad = 0;
		size_t details = 0;
		for (size_t k = 0; k < r.policy_count; k++) {
			good += r.policies[k].successes;
			bad += r.policies[k].failures;
			details += r.policies[k].detail_count;
		}
		bool fits = !e.kind && r.policy_count == cases[i].policies
			    && good == cases[i].good && bad == cases[i].bad
			    && details == cases[i].details
			    && str_eq(r.organization, str_from(cases[i].organization));
		if (!fits)
			fprintf(stderr, "  %s: %s %.*s %zu %lld %lld %zu\n",
				cases[i].file, e.kind ? e.msg : "", STR_F(r.organization),
				r.policy_count, (long long)good, (long long)bad, details);
		right += fits;
		CHECK(fits);
	}
	printf("suite: TLS reports: %zu of %zu read right\n", right, count);
}

int main(void)
{
	ARENA(a);
	records(a);
	addresses(a);
	ours(a);
	refused(a);
	corpus(a);
	return check_done();
}
