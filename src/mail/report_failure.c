#include "mail/report_failure.h"

#include "base/buf.h"
#include "mail/compose.h"
#include "mail/date.h"
#include "mail/encode.h"

enum { LINE_MAX_OCTETS = 998 }; /* RFC 5322 section 2.1.1, without the line end */

static void put(struct buf *b, const char *name, str value)
{
	if (value.n)
		buf_cat(b, str_from(name), STR(": "), value, STR("\r\n"));
}

/* RFC 6591 section 3.2.5 has "none" for nothing. */
static str alignment(const struct failure_report *r)
{
	return r->dkim_failed  ? r->spf_failed ? STR("dkim, spf") : STR("dkim")
		: r->spf_failed ? STR("spf")
			       : STR("none");
}

/* RFC 6591 section 3.2.6: a quoted string of what DNS has, which is anybody's; one that
 * fits on no line is left out. */
static void put_spf(struct buf *out, const struct failure_report *r)
{
	BUF(b);
	str x = r->spf_record;
	if (!x.n)
		return;
	buf_cat(&b, STR("txt : "), r->spf_domain, STR(" : \""));
	for (size_t i = 0; i < x.n; i++) {
		if (x.p[i] == '"' || x.p[i] == '\\')
			buf_add_char(&b, '\\');
		buf_add_char(&b, x.p[i] < ' ' || x.p[i] > '~' ? '?' : x.p[i]);
	}
	buf_add_char(&b, '"');
	if (strlen("SPF-DNS: ") + b.n <= LINE_MAX_OCTETS)
		put(out, "SPF-DNS", buf_str(&b));
}

static str fields(struct arena *a, const struct failure_report *r, str hostname)
{
	BUF(b);
	put(&b, "Feedback-Type", STR("auth-failure"));
	put(&b, "Version", STR("1"));
	put(&b, "User-Agent", STR("Postern"));
	put(&b, "Auth-Failure", STR("dmarc"));
	put(&b, "Authentication-Results", r->results);
	put(&b, "Identity-Alignment", alignment(r));
	put(&b, "Delivery-Result", r->delivery);
	if (r->dkim_domain.n) {
		put(&b, "DKIM-Domain", r->dkim_domain);
		put(&b, "DKIM-Identity", arena_cat(a, STR("@"), r->dkim_domain));
		put(&b, "DKIM-Selector", r->dkim_selector);
	}
	put_spf(&b, r);
	if (r->mail_from.n)
		put(&b, "Original-Mail-From",
		    arena_cat(a, STR("<redacted@"), r->mail_from, STR(">")));
	put(&b, "Arrival-Date", date_text(a, r->arrival));
	put(&b, "Source-IP", r->source_ip);
	put(&b, "Reporting-MTA", arena_cat(a, STR("dns; "), hostname));
	put(&b, "Reported-Domain", r->domain);
	buf_addf(&b, "Incidents: %lld\r\n", (long long)r->incidents);
	return arena_copy(a, buf_str(&b));
}

static str words(struct arena *a, const struct failure_report *r,
		 const struct dmarc_report_by *by)
{
	return arena_cat(
		a, STR("Mail in the name of "), r->domain, STR(" that "), by->domain,
		STR(" had from\n"), r->source_ip,
		STR(" failed DMARC. This report is for the address that ruf= of\nthe "
		    "domain's DMARC record names (RFC 9991). Of sender and recipients\n"
		    "it names the domains alone.\n"));
}

/* Of the header what names nobody. */
static str header_left(struct arena *a, const struct failure_report *r)
{
	BUF(b);
	put(&b, "From", arena_cat(a, STR("redacted@"), r->domain));
	if (r->message_id.n)
		put(&b, "Message-ID", arena_cat(a, STR("<"), r->message_id, STR(">")));
	return arena_copy(a, buf_str(&b));
}

str failure_report_mail(struct arena *a, const struct failure_report *r,
			const struct dmarc_report_by *by, const struct address *to)
{
	struct compose l = { .from = { by->domain, { STR("postmaster"), by->domain } },
			     .to = { STR_NONE, *to },
			     .subject = arena_cat(a, STR("Failure report: mail of "),
						  r->domain, STR(" from "), r->source_ip),
			     .auto_submitted = STR("auto-generated"),
			     .host = by->hostname,
			     .extra = STR("") };
	str boundary = encode_boundary(a);
	str fence = arena_cat(a, STR("\r\n--"), boundary);
	return arena_cat(
		a, compose_header(a, &l),
		STR("Content-Type: multipart/report; report-type=feedback-report;"
		    "\r\n\tboundary=\""),
		boundary, STR("\"\r\n"), fence, STR("\r\n"),
		encode_text_part(a, words(a, r, by)), fence, STR("\r\n"),
		encode_message_part(a, STR("message/feedback-report"),
				    fields(a, r, by->hostname)),
		fence, STR("\r\n"),
		encode_message_part(a, STR("text/rfc822-headers"), header_left(a, r)),
		fence, STR("--\r\n"));
}
