#include "mail/report_dmarc.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "mail/compose.h"
#include "mail/encode.h"
#include "mail/report_tls.h"

/* --- to whom (RFC 9989 section 4.8) */

/* "10m" as octets. The suffix is RFC 7489's; domains still write it. */
static bool size_of(str text, int64_t *octets)
{
	static const char units[] = "kmgt";
	const char *unit = text.n ? strchr(units, chr_lower(text.p[text.n - 1])) : NULL;
	bool has_unit = unit && *unit;
	uint64_t n;
	if (!str_u64(str_first(text, text.n - has_unit), &n))
		return false;
	unsigned shift = has_unit ? 10 * (unsigned)(unit - units + 1) : 0;
	*octets = n <= (uint64_t)INT64_MAX >> shift ? (int64_t)(n << shift) : INT64_MAX;
	return n > 0;
}

static bool read_uri(struct arena *a, str uri, struct dmarc_report_to *to)
{
	str head, size;
	to->most = 0;
	if (str_cut_last(uri, '!', &head, &size)) {
		if (!size_of(size, &to->most))
			return false;
		uri = head;
	}
	return report_tls_address(a, uri, &to->address);
}

size_t dmarc_report_uris(struct arena *a, str rua,
			 struct dmarc_report_to to[static DMARC_REPORT_URIS])
{
	size_t n = 0;
	while (rua.n && n < DMARC_REPORT_URIS) {
		str uri = rua, rest = STR_NONE;
		str_cut(rua, ',', &uri, &rest);
		n += read_uri(a, str_trim(uri), &to[n]);
		rua = rest;
	}
	return n;
}

/* --- XML */

/* What XML 1.0 has no form for stands as a question mark. */
static void put_text(struct buf *b, struct arena *a, str text)
{
	for (str rest = utf8_scrub(a, text); rest.n;) {
		str from = rest;
		uint32_t c = utf8_next(&rest);
		if (c == '&')
			buf_add(b, STR("&amp;"));
		else if (c == '<')
			buf_add(b, STR("&lt;"));
		else if (c == '>')
			buf_add(b, STR("&gt;"));
		else if (c < ' ' || c == 0xFFFE || c == 0xFFFF)
			buf_add_char(b, '?');
		else
			buf_add(b, str_first(from, from.n - rest.n));
	}
}

static void put(struct buf *b, struct arena *a, const char *name, str text)
{
	buf_addf(b, "<%s>", name);
	put_text(b, a, text);
	buf_addf(b, "</%s>\n", name);
}

static void put_some(struct buf *b, struct arena *a, const char *name, str text)
{
	if (text.n)
		put(b, a, name, text);
}

static void put_number(struct buf *b, const char *name, int64_t n)
{
	buf_addf(b, "<%s>%lld</%s>\n", name, (long long)n, name);
}

static void put_metadata(struct buf *b, struct arena *a, const struct dmarc_report *r)
{
	buf_add(b, STR("<report_metadata>\n"));
	put(b, a, "org_name", r->org_name);
	put(b, a, "email", r->email);
	put_some(b, a, "extra_contact_info", r->extra_contact);
	put(b, a, "report_id", r->report_id);
	buf_add(b, STR("<date_range>\n"));
	put_number(b, "begin", r->begin);
	put_number(b, "end", r->end);
	buf_add(b, STR("</date_range>\n"));
	if (r->error_count)
		put(b, a, "error", r->errors[0]);
	put_some(b, a, "generator", r->generator);
	buf_add(b, STR("</report_metadata>\n"));
}

static void put_policy(struct buf *b, struct arena *a, const struct dmarc_report *r)
{
	buf_add(b, STR("<policy_published>\n"));
	put(b, a, "domain", r->domain);
	put_some(b, a, "discovery_method", r->discovery);
	put(b, a, "p", r->p);
	put_some(b, a, "sp", r->sp);
	put_some(b, a, "np", r->np);
	put_some(b, a, "fo", r->fo);
	put_some(b, a, "adkim", r->adkim);
	put_some(b, a, "aspf", r->aspf);
	put_some(b, a, "testing", r->testing);
	buf_add(b, STR("</policy_published>\n"));
}

static void put_auth(struct buf *b, struct arena *a, const struct dmarc_auth *x)
{
	bool dkim = str_eq(x->method, STR("dkim"));
	buf_add(b, dkim ? STR("<dkim>\n") : STR("<spf>\n"));
	put(b, a, "domain", x->domain);
	if (dkim)
		put(b, a, "selector", x->selector);
	else
		put_some(b, a, "scope", x->scope);
	put(b, a, "result", x->result);
	put_some(b, a, "human_result", x->human_result);
	buf_add(b, dkim ? STR("</dkim>\n") : STR("</spf>\n"));
}

/* All of DKIM, then one of SPF. */
static void put_auths(struct buf *b, struct arena *a, const struct dmarc_report_record *x)
{
	buf_add(b, STR("<auth_results>\n"));
	for (size_t i = 0; i < x->auth_count; i++)
		if (str_eq(x->auths[i].method, STR("dkim")))
			put_auth(b, a, &x->auths[i]);
	for (size_t i = 0; i < x->auth_count; i++)
		if (!str_eq(x->auths[i].method, STR("dkim"))) {
			put_auth(b, a, &x->auths[i]);
			break;
		}
	buf_add(b, STR("</auth_results>\n"));
}

static void put_record(struct buf *b, struct arena *a,
		       const struct dmarc_report_record *x)
{
	buf_add(b, STR("<record>\n<row>\n"));
	put(b, a, "source_ip", x->source_ip);
	put_number(b, "count", x->count);
	buf_add(b, STR("<policy_evaluated>\n"));
	put(b, a, "disposition", x->disposition);
	put(b, a, "dkim", x->dkim);
	put(b, a, "spf", x->spf);
	for (size_t i = 0; i < x->reason_count; i++) {
		buf_add(b, STR("<reason>\n"));
		put(b, a, "type", x->reasons[i].type);
		put_some(b, a, "comment", x->reasons[i].comment);
		buf_add(b, STR("</reason>\n"));
	}
	buf_add(b, STR("</policy_evaluated>\n</row>\n<identifiers>\n"));
	put(b, a, "header_from", x->header_from);
	put(b, a, "envelope_from", x->envelope_from);
	put_some(b, a, "envelope_to", x->envelope_to);
	buf_add(b, STR("</identifiers>\n"));
	put_auths(b, a, x);
	buf_add(b, STR("</record>\n"));
}

str dmarc_report_xml(struct arena *a, const struct dmarc_report *r)
{
	BUF(b);
	buf_add(&b, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">\n"));
	put_some(&b, a, "version", r->version);
	put_metadata(&b, a, r);
	put_policy(&b, a, r);
	for (size_t i = 0; i < r->count; i++)
		put_record(&b, a, &r->records[i]);
	buf_add(&b, STR("</feedback>\n"));
	return arena_copy(a, buf_str(&b));
}

/* --- the message (RFC 9990 section 3.5.2) */

static str header_of(struct arena *a, const struct dmarc_report *r,
		     const struct dmarc_report_by *by, const struct address *to)
{
	struct compose l = { .from = { r->org_name, { STR("postmaster"), by->domain } },
			     .to = { STR_NONE, *to },
			     .subject = arena_cat(a, STR("Report Domain: "), r->domain,
						  STR(" Submitter: "), by->domain,
						  STR(" Report-ID: <"), r->report_id,
						  STR(">")),
			     .auto_submitted = STR("auto-generated"),
			     .host = by->hostname,
			     .extra = STR("") };
	return compose_header(a, &l);
}

str dmarc_report_mail(struct arena *a, const struct dmarc_report *r,
		      const struct dmarc_report_by *by, const struct address *to,
		      str packed)
{
	str boundary = encode_boundary(a);
	str fence = arena_cat(a, STR("\r\n--"), boundary);
	str file = arena_printf(a, "%.*s!%.*s!%lld!%lld.xml.gz", STR_F(by->domain),
				STR_F(r->domain), (long long)r->begin, (long long)r->end);
	char date[CLOCK_TEXT];
	clock_iso(r->begin * 1000, date);
	str words = arena_cat(
		a, STR("Mail in the name of "), r->domain, STR(" that "), by->domain,
		STR(" saw\non "), str_first(str_from(date), 10),
		STR(" (UTC), counted for the address that rua= of its DMARC record\n"
		    "names (RFC 9990). The figures are in the attached file.\n"));
	return arena_cat(a, header_of(a, r, by, to),
			 STR("Content-Type: multipart/mixed; boundary=\""), boundary,
			 STR("\"\r\n"), fence, STR("\r\n"), encode_text_part(a, words),
			 fence, STR("\r\n"),
			 encode_file_part(a, STR("application/gzip"), file, packed),
			 fence, STR("--\r\n"));
}
