#include "mail/arf.h"

#include "base/file.h"
#include "mail/bounce.h"
#include "tests/check.h"

#include <jansson.h>
#include <stdlib.h>

#define HEAD                                                                        \
	"From: fbl@isp.example\nSubject: FW: x\n"                                   \
	"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n" \
	"\n--b\n\nThis is an abuse report.\n--b\n"                                  \
	"Content-Type: message/feedback-report\n\n"
#define MAIL                                                                          \
	"\n--b\nContent-Type: message/rfc822\n\nFrom: dev@lists.example\n"            \
	"List-Id: All of us <dev.lists.example>\nMessage-ID: <p.1@lists.example>\n\n" \
	"words\n--b--\n"

static struct arf read_one(struct arena *a, const char *message)
{
	struct arf r = { .incidents = 77 };
	CHECK(!arf_read(a, str_from(message), &r).kind);
	return r;
}

static void whole(struct arena *a)
{
	struct arf r = read_one(
		a, HEAD
		"Feedback-Type: Abuse\nUser-Agent: x/1\nVersion: 1\n"
		"Original-Mail-From: <dev-bounces+1@lists.example>\n"
		"Original-Rcpt-To: <b@x.example>\nOriginal-Rcpt-To: c@x.example\n"
		"Original-Envelope-Id: 17\nReceived-Date: Tue, 24 Nov 2026 04:12:09 "
		"+0000\n"
		"Source-IP: 192.0.2.1 (mx.lists.example)\nIncidents: 3\n"
		"Reporting-MTA: dns; mx.isp.example\nReported-Domain: lists.example\n"
		"Reported-URI: http://lists.example/\nReported-Uri: mailto:x\n"
		"Authentication-Results: mx.isp.example;\n dkim=pass\n"
		"Auth-Failure: dmarc\nDKIM-Selector: s1\n" MAIL);
	CHECK(str_eq(r.type, STR("abuse")) && str_eq(r.user_agent, STR("x/1"))
	      && str_eq(r.version, STR("1")) && str_eq(r.envelope_id, STR("17")));
	CHECK(str_eq(r.original_mail_from, STR("dev-bounces+1@lists.example"))
	      && r.original_rcpt_to.count == 2
	      && str_eq(r.original_rcpt_to.values[0], STR("b@x.example"))
	      && str_eq(r.original_rcpt_to.values[1], STR("c@x.example")));
	CHECK(r.arrival == 1795493529 && r.incidents == 3
	      && str_eq(r.source_ip, STR("192.0.2.1"))
	      && str_eq(r.reporting_mta, STR("mx.isp.example")));
	CHECK(r.reported_domain.count == 1 && r.reported_uri.count == 2
	      && str_eq(r.reported_uri.values[1], STR("mailto:x"))
	      && r.authentication_results.count == 1
	      && str_eq(r.authentication_results.values[0],
			STR("mx.isp.example; dkim=pass")));
	CHECK(str_eq(r.auth_failure, STR("dmarc")) && str_eq(r.dkim_selector, STR("s1")));
	CHECK(str_eq(r.message_id, STR("p.1@lists.example"))
	      && str_eq(r.list_id, STR("dev.lists.example")) && r.returned.count == 3);
}

static void shapes(struct arena *a)
{
	static const struct {
		const char *message, *type, *message_id, *list_id;
	} cases[] = {
		{ HEAD "Feedback-Type: abuse\nIncidents: 0\n" MAIL, "abuse",
		  "p.1@lists.example", "dev.lists.example" },
		{ HEAD "Feedback-Type: not-spam (x)\n\n--b\n"
		       "Content-Type: text/rfc822-headers\n\nList-Id: dev.lists.example\n"
		       "Message-Id: <q@lists.example>\n--b--\n",
		  "not-spam", "q@lists.example", "dev.lists.example" },
		{ HEAD "Feedback-Type: abuse\n\n--b--\n", "abuse", "", "" },
		/* not what it says it is */
		{ HEAD "User-Agent: x/1\n" MAIL, "", "", "" },
		{ "Content-Type: multipart/report; report-type=feedback-report; "
		  "boundary=b\n\n--b\n\nFeedback-Type: abuse\n--b--\n",
		  "", "", "" },
		{ "Subject: x\n\nFeedback-Type: abuse\n", "", "", "" },
		{ "", "", "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arf r = read_one(a, cases[i].message);
		CHECK(str_eq(r.type, str_from(cases[i].type))
		      && r.incidents == (r.type.n ? 1 : 0));
		CHECK(str_eq(r.message_id, str_from(cases[i].message_id))
		      && str_eq(r.list_id, str_from(cases[i].list_id)));
	}
}

/* What the authors of the collection have read: their key, our field, and the word
 * that they have for a field that is absent. */
static const struct {
	const char *key, *field, *absent;
} keys[] = {
	{ "feedback_type", "Feedback-Type", "" },
	{ "authentication_results", "Authentication-Results", "" },
	{ "original_envelope_id", "Original-Envelope-Id", "" },
	{ "original_mail_from", "Original-Mail-From", "" },
	{ "original_rcpt_to", "Original-Rcpt-To", "" },
	{ "reported_domain", "Reported-Domain", "" },
	{ "reported_uri", "Reported-URI", "" },
	{ "reporting_mta", "Reporting-MTA", "" },
	{ "source_ip", "Source-IP", "" },
	{ "user_agent", "User-Agent", "" },
	{ "auth_failure", "Auth-Failure", "unspecified" },
	{ "delivery_result", "Delivery-Result", "unspecified" },
	{ "dkim_adsp_dns", "DKIM-ADSP-DNS", "" },
	{ "dkim_canonicalized_body", "DKIM-Canonicalized-Body", "" },
	{ "dkim_canonicalized_header", "DKIM-Canonicalized-Header", "" },
	{ "dkim_domain", "DKIM-Domain", "" },
	{ "dkim_identity", "DKIM-Identity", "" },
	{ "dkim_selector", "DKIM-Selector", "" },
	{ "dkim_selector_dns", "DKIM-Selector-DNS", "" },
	{ "spf_dns", "SPF-DNS", "" },
	{ "identity_alignment", "Identity-Alignment", "unspecified" },
};

/* Folds, brackets, hyphens and case are written in several ways. */
static str plain(struct arena *a, str s)
{
	char *out = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (!chr_is_space(s.p[i]) && !str_has(STR("<>-"), s.p[i]))
			out[n++] = chr_lower(s.p[i]);
	return (str){ out, n };
}

static str wanted(struct arena *a, const json_t *value, const char *absent)
{
	str all = STR_NONE;
	if (!json_is_array(value))
		all = plain(a, str_from(json_string_value(value)));
	for (size_t i = 0; i < json_array_size(value); i++)
		all = arena_cat(
			a, all,
			plain(a, str_from(json_string_value(json_array_get(value, i)))));
	return str_eq(all, str_from(absent)) ? STR_NONE : all;
}

static str values_of(struct arena *a, const struct arf_values *v)
{
	str all = STR_NONE;
	for (size_t i = 0; i < v->count; i++)
		all = arena_cat(a, all, plain(a, v->values[i]));
	return all;
}

/* What we have of a key: from the report's own member where there is one. */
static str ours(struct arena *a, const struct arf *r, const char *key, const char *field)
{
	const struct {
		const char *key;
		str value;
	} members[] = {
		{ "feedback_type", plain(a, r->type) },
		{ "authentication_results", values_of(a, &r->authentication_results) },
		{ "original_envelope_id", plain(a, r->envelope_id) },
		{ "original_mail_from", plain(a, r->original_mail_from) },
		{ "original_rcpt_to", values_of(a, &r->original_rcpt_to) },
		{ "reported_domain", values_of(a, &r->reported_domain) },
		{ "reported_uri", values_of(a, &r->reported_uri) },
		{ "reporting_mta", plain(a, r->reporting_mta) },
		{ "source_ip", plain(a, r->source_ip) },
		{ "user_agent", plain(a, r->user_agent) },
		{ "auth_failure", plain(a, r->auth_failure) },
		{ "dkim_domain", plain(a, r->dkim_domain) },
		{ "dkim_identity", plain(a, r->dkim_identity) },
		{ "dkim_selector", plain(a, r->dkim_selector) },
	};
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (!strcmp(members[i].key, key))
			return members[i].value;
	return plain(a, header_text(a, header_find(&r->fields, str_from(field))));
}

static size_t compare(struct arena *a, const struct arf *r, const json_t *want, int file)
{
	size_t right = 0;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		str w = wanted(a, json_object_get(want, keys[i].key), keys[i].absent);
		str got = ours(a, r, keys[i].key, keys[i].field);
		CHECK(str_eq(got, w));
		right += str_eq(got, w);
		if (!str_eq(got, w))
			fprintf(stderr, "%d %s: %.*s for %.*s\n", file, keys[i].key,
				STR_F(got), STR_F(w));
	}
	const json_t *headers = json_object_get(want, "headers");
	if (json_is_string(headers))
		CHECK(str_eq(str_trim(r->returned.raw),
			     str_trim(str_from(json_string_value(headers)))));
	CHECK(r->arrival == json_integer_value(json_object_get(want, "arrival_date"))
	      && (json_int_t)r->incidents
			 == json_integer_value(json_object_get(want, "incidents")));
	return right;
}

/* Real feedback reports, as their collectors have read them; none is a bounce. */
static void collected(struct arena *a)
{
	static const char *const ids[] = {
		"8787KJKJ3K4J3K4J3K4J3.mail@example.net",
		"", /* its header ends before the field, at an empty line */
		"",
		"", /* none bears one */
		"87913910.1318094604546@out.sender.example",
	};
	enum { FILES = sizeof ids / sizeof *ids };
	const char *data = getenv("POSTERN_DATA_SHARED");
	str folder = arena_cat(a, str_from(data ? data : "../shared/data"), STR("/arf/"));
	size_t right = 0;
	for (int i = 1; i <= FILES; i++) {
		str m, stem = arena_printf(a, "%.*s%03d", STR_F(folder), i);
		struct arf r;
		struct bounce b;
		json_t *want = json_load_file(
			arena_z(a, arena_cat(a, stem, STR(".json"))), 0, NULL);
		if (!want) {
			printf("skipped: no %.*s\n", STR_F(folder));
			return;
		}
		CHECK(!file_read(a, arena_z(a, arena_cat(a, stem, STR(".eml"))), 1 << 20,
				 &m)
			       .kind
		      && !arf_read(a, m, &r).kind);
		right += compare(a, &r, want, i);
		CHECK(str_eq(r.message_id, str_from(ids[i - 1])));
		CHECK(!bounce_read(a, m, &b).kind && !b.count);
		json_decref(want);
	}
	printf("suite: feedback reports: %d read, %zu of %zu fields as their collectors "
	       "have them\n",
	       FILES, right, FILES * sizeof keys / sizeof *keys);
}

int main(void)
{
	ARENA(a);
	whole(a);
	shapes(a);
	collected(a);
	return check_done();
}
