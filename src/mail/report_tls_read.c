/* Reports on TLS that others send about us (RFC 8460 section 4.4), from a stranger's
 * message, gzip and JSON. */
#include "mail/report_tls.h"

#include "base/clock.h"
#include "base/gzip.h"
#include "mail/mime.h"

#include <jansson.h>

enum { STRINGS_MOST = 1000 };

/* --- where it stands */

static bool is_report(const struct mime_part *p)
{
	static const str types[] = { STR("application/tlsrpt+gzip"),
				     STR("application/tlsrpt+json"),
				     STR("application/tlsrpt") };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(p->type, types[i]))
			return true;
	return str_ends(p->filename, STR(".json.gz"))
	       || str_ends(p->filename, STR(".json"));
}

static err find_part(struct arena *a, str message, str *bytes)
{
	struct mime m;
	TRY(mime_parse(a, message, &m));
	for (size_t i = 0; i < m.count; i++)
		if (!m.parts[i].multipart && is_report(&m.parts[i])) {
			*bytes = mime_bytes(a, &m.parts[i]);
			return OK;
		}
	return FAIL(ERR_SYNTAX, "the message has no part with a report on TLS");
}

static err find_json(struct arena *a, str bytes, str *json)
{
	if (!str_starts(bytes, STR("\x1f\x8b")) && !str_starts(str_trim(bytes), STR("{")))
		TRY(find_part(a, bytes, &bytes));
	if (str_starts(bytes, STR("\x1f\x8b")))
		return gzip_unpack(a, bytes, REPORT_TLS_MOST, json);
	if (bytes.n > REPORT_TLS_MOST)
		return FAIL(ERR_LIMIT, "the report is larger than 8 MB");
	*json = bytes;
	return OK;
}

/* Counted before they are made, since "{}," is three octets; what stands in a text counts
 * along. */
static bool is_small(str json)
{
	size_t nests = 0, values = 0;
	for (size_t i = 0; i < json.n; i++) {
		nests += json.p[i] == '{' || json.p[i] == '[';
		values += json.p[i] == ',';
	}
	return nests <= REPORT_TLS_NESTS && values <= REPORT_TLS_VALUES;
}

/* --- what it says */

static str text_of(struct arena *a, const json_t *object, const char *key)
{
	const json_t *j = json_object_get(object, key);
	return json_is_string(j) ? arena_copy(
		       a, (str){ json_string_value(j), json_string_length(j) })
				 : STR("");
}

static int64_t count_of(const json_t *object, const char *key)
{
	const json_t *j = json_object_get(object, key);
	return json_is_integer(j) && json_integer_value(j) > 0 ? json_integer_value(j)
							       : 0;
}

/* An array of texts, or one text, as some write it. */
static str *texts_of(struct arena *a, const json_t *object, const char *key,
		     size_t *count)
{
	const json_t *j = json_object_get(object, key);
	size_t n = json_is_string(j) ? 1 : json_array_size(j);
	str *texts = arena_alloc(a, (n + 1) * sizeof *texts);
	*count = 0;
	for (size_t i = 0; i < n && *count < STRINGS_MOST; i++) {
		const json_t *one = json_is_string(j) ? j : json_array_get(j, i);
		if (json_is_string(one))
			texts[(*count)++] = arena_copy(
				a,
				(str){ json_string_value(one), json_string_length(one) });
	}
	return texts;
}

static void read_details(struct arena *a, const json_t *from, struct report_tls_policy *p,
			 size_t *left)
{
	size_t n = json_array_size(from);
	n = n < *left ? n : *left;
	*left -= n;
	p->details = arena_alloc(a, (n + 1) * sizeof *p->details);
	for (size_t i = 0; i < n; i++) {
		const json_t *j = json_array_get(from, i);
		if (!json_is_object(j))
			continue;
		p->details[p->detail_count++] = (struct report_tls_failure){
			.result = text_of(a, j, "result-type"),
			.mx = text_of(a, j, "receiving-mx-hostname"),
			.from = text_of(a, j, "sending-mta-ip"),
			.to = text_of(a, j, "receiving-ip"),
			.reason = text_of(a, j, "failure-reason-code"),
			.sessions = count_of(j, "failed-session-count"),
		};
	}
}

static void read_policy(struct arena *a, const json_t *from, struct report_tls_policy *p,
			size_t *left)
{
	const json_t *policy = json_object_get(from, "policy");
	const json_t *summary = json_object_get(from, "summary");
	p->type = text_of(a, policy, "policy-type");
	p->domain = text_of(a, policy, "policy-domain");
	p->strings = texts_of(a, policy, "policy-string", &p->string_count);
	p->mx = texts_of(a, policy, "mx-host", &p->mx_count);
	p->successes = count_of(summary, "total-successful-session-count");
	p->failures = count_of(summary, "total-failure-session-count");
	read_details(a, json_object_get(from, "failure-details"), p, left);
}

static int64_t time_of(struct arena *a, const json_t *object, const char *key)
{
	int64_t seconds;
	return clock_parse(text_of(a, object, key), 0, &seconds) ? seconds : 0;
}

static err read_all(struct arena *a, const json_t *from, struct report_tls *r)
{
	const json_t *range = json_object_get(from, "date-range");
	const json_t *policies = json_object_get(from, "policies");
	size_t n = json_array_size(policies), left = REPORT_TLS_DETAILS;
	if (!json_is_object(from) || !json_is_array(policies))
		return FAIL(ERR_SYNTAX,
			    "the JSON is no report on TLS: it has no policies");
	n = n < REPORT_TLS_POLICIES ? n : REPORT_TLS_POLICIES;
	*r = (struct report_tls){ .organization = text_of(a, from, "organization-name"),
				  .contact = text_of(a, from, "contact-info"),
				  .id = text_of(a, from, "report-id"),
				  .begin = time_of(a, range, "start-datetime"),
				  .end = time_of(a, range, "end-datetime"),
				  .policies = arena_zero(a,
							 (n + 1) * sizeof *r->policies) };
	for (size_t i = 0; i < n; i++)
		read_policy(a, json_array_get(policies, i),
			    &r->policies[r->policy_count++], &left);
	r->domain = n ? r->policies[0].domain : STR("");
	return OK;
}

err report_tls_read(struct arena *a, str bytes, struct report_tls *r)
{
	str text;
	json_error_t why;
	TRY(find_json(a, bytes, &text));
	text = str_trim(text);
	if (!is_small(text))
		return FAIL(ERR_LIMIT, "the report has more entries than any honest one");
	json_t *j = json_loadb(text.n ? text.p : "", text.n, JSON_ALLOW_NUL, &why);
	if (!j)
		return err_in(a, ERR_SYNTAX, "the report is no JSON, line %d: %s",
			      why.line, why.text);
	err e = read_all(a, j, r);
	json_decref(j);
	return e;
}
