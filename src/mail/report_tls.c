#include "mail/report_tls.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/utf8.h"
#include "mail/compose.h"
#include "mail/encode.h"

#include <time.h>

/* --- the record (section 3) */

static void take_uris(struct arena *a, str list, str *uris, size_t *count)
{
	while (list.n && *count < REPORT_TLS_URIS) {
		str uri;
		if (!str_cut(list, ',', &uri, &list)) {
			uri = list;
			list = STR_NONE;
		}
		uri = str_trim(uri);
		if (str_istarts(uri, STR("mailto:")) || str_istarts(uri, STR("https:")))
			uris[(*count)++] = arena_copy(a, uri);
	}
}

bool report_tls_record(str text, struct arena *a, str uris[static REPORT_TLS_URIS],
		       size_t *count)
{
	str field, name, value, version, rest;
	size_t n = 0;
	if (!str_cut(text, ';', &version, &rest)
	    || !str_eq(str_trim(version), STR("v=TLSRPTv1")))
		return false;
	while (rest.n) {
		if (!str_cut(rest, ';', &field, &rest)) {
			field = rest;
			rest = STR_NONE;
		}
		if (str_cut(str_trim(field), '=', &name, &value)
		    && str_eq(str_trim(name), STR("rua")))
			take_uris(a, value, uris, &n);
	}
	if (n)
		*count = n;
	return n > 0;
}

bool report_tls_address(struct arena *a, str uri, struct address *to)
{
	str path, query, text;
	if (!str_istarts(uri, STR("mailto:")))
		return false;
	uri = str_skip(uri, strlen("mailto:"));
	if (!str_cut(uri, '?', &path, &query))
		path = uri;
	return !enc_percent_decode(a, path, false, &text).kind
	       && !address_parse(a, text, to).kind;
}

/* --- JSON */

static void put_text(struct buf *b, struct arena *a, const char *key, str value)
{
	buf_addf(b, "\"%s\":", key);
	buf_add_quoted(b, utf8_scrub(a, value));
}

static void put_array(struct buf *b, struct arena *a, const char *key, const str *values,
		      size_t count)
{
	buf_addf(b, "\"%s\":[", key);
	for (size_t i = 0; i < count; i++) {
		buf_add(b, i ? STR(",") : STR(""));
		buf_add_quoted(b, utf8_scrub(a, values[i]));
	}
	buf_add(b, STR("]"));
}

static void put_detail(struct buf *b, struct arena *a, const struct report_tls_failure *f)
{
	const struct {
		const char *key;
		str value;
	} texts[] = { { "sending-mta-ip", f->from },
		      { "receiving-mx-hostname", f->mx },
		      { "receiving-ip", f->to },
		      { "failure-reason-code", f->reason } };
	buf_add(b, STR("{"));
	put_text(b, a, "result-type", f->result);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].value.n) {
			buf_add(b, STR(","));
			put_text(b, a, texts[i].key, texts[i].value);
		}
	buf_addf(b, ",\"failed-session-count\":%lld}", (long long)f->sessions);
}

static void put_policy(struct buf *b, struct arena *a, const struct report_tls_policy *p)
{
	buf_add(b, STR("{\"policy\":{"));
	put_text(b, a, "policy-type", p->type);
	if (p->string_count) {
		buf_add(b, STR(","));
		put_array(b, a, "policy-string", p->strings, p->string_count);
	}
	buf_add(b, STR(","));
	put_text(b, a, "policy-domain", p->domain);
	if (p->mx_count) {
		buf_add(b, STR(","));
		put_array(b, a, "mx-host", p->mx, p->mx_count);
	}
	buf_addf(b,
		 "},\"summary\":{\"total-successful-session-count\":%lld,"
		 "\"total-failure-session-count\":%lld}",
		 (long long)p->successes, (long long)p->failures);
	for (size_t i = 0; i < p->detail_count; i++) {
		buf_add(b, i ? STR(",") : STR(",\"failure-details\":["));
		put_detail(b, a, &p->details[i]);
	}
	buf_add(b, p->detail_count ? STR("]}") : STR("}"));
}

/* RFC 3339, without a fraction of a second. */
static str stamp(struct arena *a, int64_t seconds)
{
	struct tm t;
	time_t at = (time_t)seconds;
	gmtime_r(&at, &t);
	return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900,
			    t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
}

str report_tls_json(struct arena *a, const struct report_tls *r)
{
	BUF(b);
	buf_add(&b, STR("{"));
	put_text(&b, a, "organization-name", r->organization);
	buf_add(&b, STR(",\"date-range\":{"));
	put_text(&b, a, "start-datetime", stamp(a, r->begin));
	buf_add(&b, STR(","));
	put_text(&b, a, "end-datetime", stamp(a, r->end));
	buf_add(&b, STR("},"));
	put_text(&b, a, "contact-info", r->contact);
	buf_add(&b, STR(","));
	put_text(&b, a, "report-id", r->id);
	buf_add(&b, STR(",\"policies\":["));
	for (size_t i = 0; i < r->policy_count; i++) {
		buf_add(&b, i ? STR(",") : STR(""));
		put_policy(&b, a, &r->policies[i]);
	}
	buf_add(&b, STR("]}\n"));
	return arena_copy(a, buf_str(&b));
}

/* --- the message (section 5.3) */

/* "A policy of its sender is no reason not to deliver a report on TLS": section 3, as
 * RFC 8689 section 5 lets a message say. */
static str header_of(struct arena *a, const struct report_tls *r, str hostname,
		     const struct address *to)
{
	struct compose l = {
		.from = { r->organization, { STR("postmaster"), r->submitter } },
		.to = { STR_NONE, *to },
		.subject = arena_cat(a, STR("Report Domain: "), r->domain,
				     STR(" Submitter: "), r->submitter,
				     STR(" Report-ID: <"), r->id, STR(">")),
		.auto_submitted = STR("auto-generated"),
		.host = hostname,
		.extra = arena_cat(a, STR("TLS-Report-Domain: "), r->domain,
				   STR("\r\nTLS-Report-Submitter: "), r->submitter,
				   STR("\r\nTLS-Required: No\r\n"))
	};
	return compose_header(a, &l);
}

str report_tls_mail(struct arena *a, const struct report_tls *r, str hostname,
		    const struct address *to, str packed)
{
	str boundary = encode_boundary(a);
	str fence = arena_cat(a, STR("\r\n--"), boundary);
	str file = arena_printf(a, "%.*s!%.*s!%lld!%lld.json.gz", STR_F(r->submitter),
				STR_F(r->domain), (long long)r->begin, (long long)r->end);
	str words = arena_cat(
		a, STR("How mail from "), r->submitter, STR(" to "), r->domain,
		STR(" fared with TLS\non "), str_first(stamp(a, r->begin), 10),
		STR(", counted for the address that _smtp._tls."), r->domain,
		STR("\nnames (RFC 8460). The figures are in the attached file.\n"));
	return arena_cat(
		a, header_of(a, r, hostname, to),
		STR("Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n"
		    " boundary=\""),
		boundary, STR("\"\r\n"), fence, STR("\r\n"), encode_text_part(a, words),
		fence, STR("\r\n"),
		encode_file_part(a, STR("application/tlsrpt+gzip"), file, packed), fence,
		STR("--\r\n"));
}
