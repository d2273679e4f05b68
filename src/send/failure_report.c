#include "send/failure_report.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "mail/report_failure.h"
#include "send/report_limit.h"
#include "send/report_look.h"
#include "send/report_mail.h"
#include "store/outbound/dmarc_failure.h"
#include "trust/authres.h"
#include "trust/dmarc.h"
#include "trust/suffix.h"

#include <stdlib.h>

enum {
	HOUR = 3600,
	GRACE_S = 60, /* after the hour: what was seen is on its way here */
	SPREAD_S = 600,
	DOMAIN_MS = 20000, /* all that DNS is asked about one */
	KEEP_HOURS = 24,
};

struct failure_reporter {
	struct dmarc_reporter_conf conf;
	struct report_look *look;
	int64_t last; /* id: where the last look ended */
};

/* --- from a row to a report */

static bool is_pass(str result)
{
	return str_eq(result, STR("pass"));
}

/* Its results as the message's own field says them, of persons the domains alone. */
static str results_of(struct arena *a, str hostname, const struct dmarc_seen *x)
{
	struct authres r = { 0 };
	struct dmarc_signature s;
	str lines = x->signatures;
	authres_add(&r, "dmarc", dmarc_word(DMARC_FAIL), NULL);
	authres_property(&r, "header.from", x->header_from);
	authres_add(&r, "spf", arena_z(a, x->spf_result), NULL);
	authres_property(&r, "smtp.mailfrom", x->spf_domain);
	while (dmarc_signature_next(&lines, &s)) {
		authres_add(&r, "dkim", arena_z(a, s.result), NULL);
		authres_property(&r, "header.d", s.domain);
		authres_property(&r, "header.s", s.selector);
	}
	str text = authres_text(a, hostname, &r);
	authres_free(&r);
	return text;
}

/* RFC 9991 section 3: what DNS has is told where the author's own SPF failed. */
static void add_spf(const struct dmarc_asking *by, struct arena *a,
		    const struct dmarc_seen *x, struct failure_report *r)
{
	struct dns_answer answer;
	if (is_pass(x->spf_result)
	    || !suffix_same_registrant(a, x->spf_domain, x->header_from))
		return;
	r->spf_domain = x->spf_domain;
	resolver_ask(by->resolver, a, x->spf_domain, DNS_TXT, by->deadline, &answer);
	for (size_t i = 0; answer.status == DNS_FOUND && i < answer.count; i++)
		if (str_istarts(answer.records[i].data, STR("v=spf1")))
			r->spf_record = answer.records[i].data;
}

static void add_dkim(struct arena *a, const struct dmarc_seen *x,
		     struct failure_report *r)
{
	struct dmarc_signature s;
	str lines = x->signatures;
	while (!r->dkim_domain.n && dmarc_signature_next(&lines, &s))
		if (!is_pass(s.result)
		    && suffix_same_registrant(a, s.domain, x->header_from)) {
			r->dkim_domain = s.domain;
			r->dkim_selector = s.selector;
		}
}

static str delivery_of(str disposition)
{
	return str_eq(disposition, STR("reject"))       ? disposition
	       : str_eq(disposition, STR("quarantine")) ? STR("policy")
							: STR("delivered");
}

static struct failure_report make(const struct dmarc_asking *by, struct arena *a,
				  const struct dmarc_seen *x, str hostname)
{
	struct failure_report r = { .domain = x->header_from,
				    .mail_from = x->envelope_from,
				    .arrival = x->failed_at,
				    .incidents = x->messages,
				    .source_ip = x->source_ip,
				    .results = results_of(a, hostname, x),
				    .dkim_failed = !is_pass(x->dkim),
				    .spf_failed = !is_pass(x->spf),
				    .delivery = delivery_of(x->disposition),
				    .dkim_domain = STR(""),
				    .spf_record = STR(""),
				    .message_id = x->message_id };
	add_dkim(a, x, &r);
	add_spf(by, a, x, &r);
	return r;
}

/* --- on its way */

/* One address; a third person is written to within limits. */
static err queue(struct failure_reporter *f, struct arena *a,
		 const struct dmarc_failure *of, const struct failure_report *report,
		 const struct dmarc_report_to *to)
{
	bool yes;
	const struct conf *conf = f->conf.conf;
	str recipient = address_text(a, &to->address);
	struct report_to limit = report_to(a, of->seen.domain, to->address.domain,
					   recipient);
	limit.yields = true;
	struct dmarc_report_by by = { domain_ascii(a, conf->site_domain),
				      conf->site_hostname };
	struct report_mail m = { .kind = REPORT_FAILURE,
				 .id = arena_number(a, of->id),
				 .to = recipient,
				 .bytes = failure_report_mail(a, report, &by,
							      &to->address) };
	TRY(report_limit_ask(f->conf.outbound, a, &limit, &yes));
	if (!yes) {
		log_info("failure-report-left-out", KS("domain", of->seen.domain),
			 KS("to", recipient));
		return OK;
	}
	TRY(report_limit_count(f->conf.outbound, a, &limit));
	return report_mail_queue(f->conf.outbound, a, &m);
}

/* The mails and the mark that there was one are one transaction. */
static err queue_all(struct failure_reporter *f, struct arena *a,
		     const struct dmarc_failure *of, const struct failure_report *report,
		     const struct dmarc_report_to *to, size_t count)
{
	err e = OK;
	TRY(book_begin(f->conf.outbound));
	for (size_t i = 0; i < count && !e.kind; i++)
		e = queue(f, a, of, report, &to[i]);
	if (!e.kind)
		e = dmarc_failure_done(f->conf.outbound, of->id);
	return book_end(f->conf.outbound, e);
}

static err report(struct failure_reporter *f, struct arena *a,
		  const struct dmarc_failure *of)
{
	struct dmarc_record policy;
	struct dmarc_report_to to[DMARC_REPORT_URIS];
	size_t count;
	struct dmarc_asking by = { .resolver = f->conf.resolver,
				   .deadline = clock_mono_ms() + DOMAIN_MS,
				   .stopping = f->conf.stopping,
				   .failures = true };
	if (dmarc_record_parse(of->seen.record, &policy).kind)
		return dmarc_failure_done(f->conf.outbound, of->id);
	TRY(dmarc_report_agreed(a, &by, of->seen.domain, policy.ruf, to, &count));
	if (!count) {
		log_info("failure-report-unwanted", KS("domain", of->seen.domain),
			 KS("ruf", policy.ruf));
		return dmarc_failure_done(f->conf.outbound, of->id);
	}
	struct failure_report made = make(&by, a, &of->seen, f->conf.conf->site_hostname);
	TRY(queue_all(f, a, of, &made, to, count));
	log_info("failure-reported", KS("domain", of->seen.domain),
		 KS("from", made.domain), KN("messages", made.incidents));
	return OK;
}

/* --- one look */

static err next(void *ctx, struct arena *a, struct report_case *c)
{
	struct failure_reporter *f = ctx;
	struct dmarc_failure *of = arena_zero(a, sizeof *of);
	of->id = f->last;
	TRY(dmarc_failure_next(f->conf.outbound, a, clock_now() / HOUR, of));
	f->last = of->id;
	*c = (struct report_case){ .domain = of->seen.domain,
				   .due_at = (of->hour + 1) * HOUR + GRACE_S
					     + report_spread(of->seen.domain) % SPREAD_S,
				   .row = of };
	return OK;
}

static void begin_anew(void *ctx)
{
	struct failure_reporter *f = ctx;
	f->last = 0;
}

static err report_case(void *ctx, struct arena *a, const struct report_case *c)
{
	return report(ctx, a, c->row);
}

struct failure_reporter *failure_reporter_new(const struct dmarc_reporter_conf *conf)
{
	static const struct report_kind kind = { next, begin_anew, report_case,
						 .most_hours = 12 };
	struct failure_reporter *f = mem_zero(sizeof *f);
	f->conf = *conf;
	f->look = report_look_new(&kind, f, KEEP_HOURS * DMARC_FAILURES_HOUR);
	return f;
}

void failure_reporter_free(struct failure_reporter *f)
{
	if (!f)
		return;
	report_look_free(f->look);
	free(f);
}

err failure_reporter_look(struct failure_reporter *f)
{
	return report_look(f->look, f->conf.look_ms, f->conf.stopping);
}

err failure_reporter_expire(struct failure_reporter *f)
{
	int64_t gone;
	return dmarc_failure_expire(f->conf.outbound, clock_now() / HOUR - KEEP_HOURS,
				    &gone);
}
