#include "send/dmarc_report.h"

#include "base/clock.h"
#include "base/gzip.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/recent.h"
#include "send/report_limit.h"
#include "send/report_mail.h"
#include "store/outbound/dmarc_tally.h"
#include "trust/dmarc.h"

#include <stdlib.h>

enum {
	DAY = 86400,
	EACH_LOOK = 20,
	GRACE_S = 600, /* after midnight: what was counted is on its way here */
	HOUR_MS = 3600000,
	LOOK_MS =
		30000, /* then tallies are written, and reports on TLS have their turn */
	DOMAIN_MS = 20000, /* all that DNS is asked about one */
	KEEP_DAYS = 3,     /* what could not be reported is old then */
	SIGNATURE_ROOM = 4096,
};

struct dmarc_reporter {
	struct dmarc_reporter_conf conf;
	struct recent *put_off; /* domain -> struct again */
	int64_t day;            /* where the last look ended */
	char domain[256];
	size_t domain_octets;
};

struct again {
	int64_t at; /* clock_mono_ms of the next attempt */
	size_t times;
};

struct dmarc_reporter *dmarc_reporter_new(const struct dmarc_reporter_conf *conf)
{
	struct dmarc_reporter *d = mem_zero(sizeof *d);
	d->conf = *conf;
	d->put_off = recent_new(KEEP_DAYS * DMARC_DOMAINS, sizeof(struct again), NULL);
	return d;
}

void dmarc_reporter_free(struct dmarc_reporter *d)
{
	if (!d)
		return;
	recent_free(d->put_off);
	free(d);
}

/* --- from rows to a report */

/* How many signatures are told of one message. */
static size_t signature_lines(str lines)
{
	str line;
	size_t n = 0;
	while (n < DKIM_MAX && str_line(&lines, &line))
		n++;
	return n;
}

/* "RESULT DOMAIN SELECTOR", a line each, and SPF's. */
static void add_auths(struct arena *a, const struct dmarc_seen *x,
		      struct dmarc_report_record *r)
{
	str line, rest = x->signatures, result, domain, selector;
	size_t lines = signature_lines(x->signatures);
	r->auths = arena_zero(a, (lines + 1) * sizeof *r->auths);
	for (size_t i = 0; i < lines && str_line(&rest, &line); i++)
		if (str_word(&line, &result) && str_word(&line, &domain)
		    && str_word(&line, &selector))
			r->auths[r->auth_count++] = (struct dmarc_auth){
				.method = STR("dkim"),
				.domain = domain,
				.selector = selector,
				.result = result
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
	struct report_mail m = {
		.source = arena_cat(a, STR("dmarc-report/"), report->report_id, STR("/"),
				    recipient),
		.subject = STR("Report on DMARC"),
		.to = recipient,
		.bytes = dmarc_report_mail(a, report, &by, &to->address, packed),
	};
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

static bool is_due(struct dmarc_reporter *d, const struct dmarc_domain *of)
{
	const struct again *again = recent_get(d->put_off, of->domain);
	return clock_now() >= (of->day + 1) * DAY + GRACE_S + report_spread(of->domain)
	       && (!again || clock_mono_ms() >= again->at);
}

int64_t dmarc_report_wait(size_t times)
{
	static const int64_t hours[] = { 1, 4, 12 };
	size_t most = sizeof hours / sizeof *hours;
	return hours[times < most ? times : most - 1] * HOUR_MS;
}

static void put_off(struct dmarc_reporter *d, str domain)
{
	struct again *again = recent_get(d->put_off, domain);
	if (!again)
		again = recent_add(d->put_off, domain);
	again->at = clock_mono_ms() + dmarc_report_wait(again->times++);
}

/* Where the next look goes on: else what stands first would have all the time there is. */
static void go_behind(struct dmarc_reporter *d, int64_t day, str domain)
{
	d->day = day;
	d->domain_octets = domain.n < sizeof d->domain ? domain.n : sizeof d->domain;
	memcpy(d->domain, domain.p, d->domain_octets);
}

/* The domain behind the last; *asked: it was due. What one takes is of no use to the next
 * one. ERR_NOTFOUND: none is left. */
static err next(struct dmarc_reporter *d, bool *asked)
{
	ARENA(a);
	struct dmarc_domain of = { .day = d->day,
				   .domain = { d->domain, d->domain_octets } };
	TRY(dmarc_tally_next(d->conf.outbound, a, clock_now() / DAY, &of));
	go_behind(d, of.day, of.domain);
	*asked = is_due(d, &of);
	err e = *asked ? report(d, a, &of) : OK;
	if (!e.kind)
		return OK;
	put_off(d, of.domain); /* the others have their turn */
	if (e.kind != ERR_TEMP)
		log_error("reports-hindered", KE(e), KS("domain", of.domain),
			  KZ("do", "mend what the error names; it goes on by itself"));
	return OK;
}

static bool may_go_on(const struct dmarc_reporter *d, int64_t until)
{
	return clock_mono_ms() < until && !atomic_load(d->conf.stopping);
}

err dmarc_reporter_look(struct dmarc_reporter *d)
{
	int64_t until = clock_mono_ms() + (d->conf.look_ms ? d->conf.look_ms : LOOK_MS);
	for (int n = 0; n < EACH_LOOK && may_go_on(d, until);) {
		bool asked = false;
		err e = next(d, &asked);
		if (e.kind) {
			go_behind(d, 0, STR(""));
			return e.kind == ERR_NOTFOUND ? OK : e;
		}
		n += asked;
	}
	return OK;
}

err dmarc_reporter_expire(struct dmarc_reporter *d)
{
	int64_t gone;
	return dmarc_tally_expire(d->conf.outbound, clock_now() / DAY - KEEP_DAYS, &gone);
}
