#include "send/dmarc_report.h"

#include "base/clock.h"
#include "base/gzip.h"
#include "base/log.h"
#include "base/mem.h"
#include "send/report_limit.h"
#include "send/report_look.h"
#include "send/report_mail.h"
#include "store/outbound/dmarc_tally.h"
#include "trust/dmarc.h"

#include <stdlib.h>

enum {
	DAY = 86400,
	GRACE_S = 600,     /* after midnight: what was counted is on its way here */
	DOMAIN_MS = 20000, /* all that DNS is asked about one */
	KEEP_DAYS = 3,     /* what could not be reported is old then */
	SIGNATURE_ROOM = 4096,
};

struct dmarc_reporter {
	struct dmarc_reporter_conf conf;
	struct report_look *look;
	int64_t day; /* where the last look ended */
	char domain[256];
	size_t domain_octets;
};

/* --- from rows to a report */

/* A line each, of DKIM_MAX of them, and SPF's. */
static void add_auths(struct arena *a, const struct dmarc_seen *x,
		      struct dmarc_report_record *r)
{
	str rest = x->signatures;
	struct dmarc_signature signature;
	r->auths = arena_zero(a, (DKIM_MAX + 1) * sizeof *r->auths);
	while (r->auth_count < DKIM_MAX && dmarc_signature_next(&rest, &signature))
		r->auths[r->auth_count++] = (struct dmarc_auth){
			.method = STR("dkim"),
			.domain = signature.domain,
			.selector = signature.selector,
			.result = signature.result
		};
	if (x->spf_domain.n)
		r->auths[r->auth_count++] = (struct dmarc_auth){
			.method = STR("spf"),
			.domain = x->spf_domain,
			.scope = STR("mfrom"),
			.result = x->spf_result
		};
}

static struct dmarc_report_record record_of(struct arena *a, const struct dmarc_seen *x)
{
	struct dmarc_report_record r = { .source_ip = x->source_ip,
					 .count = x->messages,
					 .disposition = x->disposition,
					 .dkim = x->dkim,
					 .spf = x->spf,
					 .header_from = x->header_from,
					 .envelope_from = x->envelope_from };
	if (x->reason.n) {
		r.reasons = arena_zero(a, sizeof *r.reasons);
		*r.reasons = (struct dmarc_reason){ x->reason, x->comment };
		r.reason_count = 1;
	}
	add_auths(a, x, &r);
	return r;
}

static void add_policy(const struct dmarc_record *p, struct dmarc_report *r)
{
	r->discovery = STR("treewalk");
	r->p = str_from(dmarc_policy_word(p->p));
	r->sp = str_from(dmarc_policy_word(p->sp));
	r->np = str_from(dmarc_policy_word(p->np));
	r->fo = p->fo.n ? p->fo : STR("0");
	r->adkim = p->dkim_strict ? STR("s") : STR("r");
	r->aspf = p->spf_strict ? STR("s") : STR("r");
	r->testing = p->testing ? STR("y") : STR("n");
}

static void add_unlisted(struct arena *a, int64_t unlisted, struct dmarc_report *r)
{
	if (!unlisted)
		return;
	r->errors = arena_zero(a, sizeof *r->errors);
	r->errors[0] = arena_printf(a,
				    "%lld more messages are in no record: there were "
				    "too many kinds",
				    (long long)unlisted);
	r->error_count = 1;
}

static err make(struct dmarc_reporter *d, struct arena *a, const struct dmarc_domain *of,
		const struct dmarc_record *policy, struct dmarc_report *out)
{
	const struct conf *conf = d->conf.conf;
	struct dmarc_seen *rows;
	size_t count;
	TRY(dmarc_tally_of(d->conf.outbound, a, of->day, of->domain, &rows, &count));
	str self = domain_ascii(a, conf->site_domain);
	char date[CLOCK_TEXT];
	clock_iso(of->day * DAY * 1000, date);
	*out = (struct dmarc_report){
		.version = STR("1.0"),
		.org_name = self,
		.email = arena_cat(a, STR("postmaster@"), self),
		.extra_contact = conf->site_url,
		.report_id = arena_cat(a, STR("dmarc-"), str_first(str_from(date), 10),
				       STR("."), of->domain, STR("@"), self),
		.generator = STR("Postern"),
		.begin = of->day * DAY,
		.end = of->day * DAY + DAY - 1,
		.domain = of->domain,
		.records = arena_alloc(a, (count + 1) * sizeof *out->records),
		.count = count
	};
	for (size_t i = 0; i < count; i++)
		out->records[i] = record_of(a, &rows[i]);
	add_policy(policy, out);
	add_unlisted(a, of->unlisted, out);
	return OK;
}

/* --- on its way */

static err queue(struct dmarc_reporter *d, struct arena *a,
		 const struct dmarc_report *report, const struct dmarc_report_to *to,
		 str packed)
{
	str recipient = address_text(a, &to->address);
	struct dmarc_report_by by = { domain_ascii(a, d->conf.conf->site_domain),
				      d->conf.conf->site_hostname };
	struct report_mail m = { .kind = REPORT_DMARC,
				 .id = report->report_id,
				 .to = recipient,
				 .bytes = dmarc_report_mail(a, report, &by, &to->address,
							    packed) };
	int64_t size = (int64_t)m.bytes.n;
	if (to->most && size + SIGNATURE_ROOM > to->most) {
		log_info("dmarc-report-too-large", KS("domain", report->domain),
			 KS("to", recipient), KN("size", size), KN("most", to->most));
		return OK;
	}
	return report_mail_queue(d->conf.outbound, a, &m);
}

/* The mails and the end of the counts are one transaction: neither is ever without the
 * other. */
static err queue_all(struct dmarc_reporter *d, struct arena *a,
		     const struct dmarc_domain *of, const struct dmarc_report *report,
		     const struct dmarc_report_to *to, size_t count)
{
	str packed = gzip_pack(a, dmarc_report_xml(a, report));
	err e = OK;
	TRY(book_begin(d->conf.outbound));
	for (size_t i = 0; i < count && !e.kind; i++)
		e = queue(d, a, report, &to[i], packed);
	if (!e.kind)
		e = dmarc_tally_done(d->conf.outbound, of->day, of->domain);
	return book_end(d->conf.outbound, e);
}

/* --- one domain and day */

static err report(struct dmarc_reporter *d, struct arena *a,
		  const struct dmarc_domain *of)
{
	struct dmarc_record policy;
	struct dmarc_report made;
	struct dmarc_report_to to[DMARC_REPORT_URIS];
	size_t count;
	if (dmarc_record_parse(of->record, &policy).kind)
		return dmarc_tally_done(d->conf.outbound, of->day, of->domain);
	struct dmarc_asking by = { .resolver = d->conf.resolver,
				   .deadline = clock_mono_ms() + DOMAIN_MS,
				   .stopping = d->conf.stopping };
	TRY(dmarc_report_agreed(a, &by, of->domain, policy.rua, to, &count));
	if (!count) {
		log_info("dmarc-report-unwanted", KS("domain", of->domain),
			 KS("rua", policy.rua));
		return dmarc_tally_done(d->conf.outbound, of->day, of->domain);
	}
	TRY(make(d, a, of, &policy, &made));
	if (!made.count) /* section 3.1.1.1: there is a record at least */
		return dmarc_tally_done(d->conf.outbound, of->day, of->domain);
	TRY(queue_all(d, a, of, &made, to, count));
	log_info("dmarc-reported", KS("domain", of->domain), KS("report", made.report_id),
		 KN("records", made.count));
	return OK;
}

/* Where the next look goes on: else what stands first would have all the time there is. */
static void go_behind(struct dmarc_reporter *d, int64_t day, str domain)
{
	d->day = day;
	d->domain_octets = domain.n < sizeof d->domain ? domain.n : sizeof d->domain;
	memcpy(d->domain, domain.p, d->domain_octets);
}

static err next(void *ctx, struct arena *a, struct report_case *c)
{
	struct dmarc_reporter *d = ctx;
	struct dmarc_domain *of = arena_zero(a, sizeof *of);
	of->day = d->day;
	of->domain = (str){ d->domain, d->domain_octets };
	TRY(dmarc_tally_next(d->conf.outbound, a, clock_now() / DAY, of));
	go_behind(d, of->day, of->domain);
	*c = (struct report_case){ .domain = of->domain,
				   .due_at = (of->day + 1) * DAY + GRACE_S
					     + report_spread(of->domain),
				   .row = of };
	return OK;
}

static void begin_anew(void *ctx)
{
	go_behind(ctx, 0, STR(""));
}

static err report_case(void *ctx, struct arena *a, const struct report_case *c)
{
	return report(ctx, a, c->row);
}

struct dmarc_reporter *dmarc_reporter_new(const struct dmarc_reporter_conf *conf)
{
	static const struct report_kind kind = { next, begin_anew, report_case,
						 .most_hours = 12 };
	struct dmarc_reporter *d = mem_zero(sizeof *d);
	d->conf = *conf;
	d->look = report_look_new(&kind, d, KEEP_DAYS * DMARC_DOMAINS);
	return d;
}

void dmarc_reporter_free(struct dmarc_reporter *d)
{
	if (!d)
		return;
	report_look_free(d->look);
	free(d);
}

err dmarc_reporter_look(struct dmarc_reporter *d)
{
	return report_look(d->look, d->conf.look_ms, d->conf.stopping);
}

err dmarc_reporter_expire(struct dmarc_reporter *d)
{
	int64_t gone;
	return dmarc_tally_expire(d->conf.outbound, clock_now() / DAY - KEEP_DAYS, &gone);
}
