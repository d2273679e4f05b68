#include "send/reporter.h"

#include "base/clock.h"
#include "base/gzip.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "mail/report_tls.h"
#include "net/fetch.h"
#include "net/recent.h"
#include "send/failure_report.h"
#include "send/report_limit.h"
#include "send/report_mail.h"
#include "send/tls_report.h"
#include "store/outbound/sts.h"
#include "store/outbound/tls_posted.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	DAY = 86400,
	LOOK_MS = 5000,
	EACH_LOOK = 20, /* domains, so that tallies are written meanwhile, */
	ALL_MS = 30000, /* and no one begun after that */
	AGAIN_MS = 3600000,
	EXPIRE_MS = 3600000,
	KEEP_DAYS = 3, /* what could not be reported is old then */
	LOOKUP_MS = 20000,
	POST_MS = 60000,
	DOMAINS = 10000,
};

struct reporter {
	struct reporter_conf conf;
	struct book *outbound;
	struct dmarc_reporter *dmarc;
	struct failure_reporter *failures;
	struct recent *put_off; /* domain -> int64_t: clock_mono_ms of the next attempt */
	int64_t expire_at;
	atomic_bool stopping;
	pthread_t thread;
};

/* --- to whom */

enum wish { WISH_UNKNOWN, WISH_NONE, WISH_URIS };

/* Exactly one record is one, as with MTA-STS (section 3). */
static enum wish find_wish(struct reporter *r, struct arena *a, str domain,
			   str uris[static REPORT_TLS_URIS], size_t *count)
{
	struct dns_answer x;
	size_t records = 0;
	bool good = false;
	resolver_ask(r->conf.resolver, a, arena_cat(a, STR("_smtp._tls."), domain),
		     DNS_TXT, clock_mono_ms() + LOOKUP_MS, &x);
	if (x.status == DNS_FAILED)
		return WISH_UNKNOWN;
	for (size_t i = 0; x.status == DNS_FOUND && i < x.count; i++)
		if (str_starts(x.records[i].data, STR("v=TLSRPTv1"))) {
			good = report_tls_record(x.records[i].data, a, uris, count);
			records++;
		}
	return good && records == 1 ? WISH_URIS : WISH_NONE;
}

static bool post(struct reporter *r, struct arena *a, str uri, str packed)
{
	int fd;
	struct fetch_answer x = { .why = STR("") };
	struct fetch_request q = { .url = uri,
				   .post = true,
				   .type = STR("application/tlsrpt+gzip"),
				   .body = packed,
				   .most = 64 * 1024,
				   .within_ms = POST_MS };
	err e = r->conf.dial_fetch(r->conf.ctx, a, &fd);
	if (!e.kind)
		e = fetch_ask(a, fd, &q, &x);
	bool taken = !e.kind && x.result == FETCH_DONE && x.status / 100 == 2;
	if (!taken)
		log_info("report-not-posted", KS("to", uri), KN("status", x.status),
			 KS("why", e.kind ? str_from(e.msg) : x.why));
	return taken;
}

static err queue(struct reporter *r, struct arena *a, const struct report_tls *report,
		 const struct address *to, str packed)
{
	str recipient = address_text(a, to);
	struct report_mail m = { .source = arena_cat(a, STR("tls-report/"), report->id,
						     STR("/"), recipient),
				 .subject = STR("Report on TLS"),
				 .to = recipient,
				 .bytes = report_tls_mail(a, report,
							  r->conf.conf->site_hostname, to,
							  packed),
				 .tls = TLS_WANT_REPORT };
	return report_mail_queue(r->outbound, a, &m);
}

/* --- within what a third person is sent */

/* A report, and the day and domain that it is about. */
struct letter {
	struct report_tls report;
	int64_t day;
	str packed;
};

struct target {
	str uri;
	bool by_mail;
	bool posted; /* it may have arrived there */
	struct address to;
	struct report_to limit;
};

/* As it is written, so that two spellings of one host are not two; "" where it may be
 * read as another than it is: with a person in front, or in percent signs. */
static str host_of(str url)
{
	static const char ends[] = "/?#";
	str host, port;
	size_t n = 0;
	if (!str_istarts(url, STR("https://")))
		return STR("");
	url = str_skip(url, strlen("https://"));
	while (n < url.n && !memchr(ends, url.p[n], sizeof ends - 1))
		n++;
	if (!str_cut(str_first(url, n), ':', &host, &port))
		host = str_first(url, n);
	for (size_t i = 0; i < host.n; i++)
		if (!chr_is_alpha(host.p[i]) && !chr_is_digit(host.p[i])
		    && host.p[i] != '-' && host.p[i] != '.')
			return STR("");
	bool person = str_find(str_first(url, n), STR("@")).n > 0;
	return person || str_ends(host, STR(".")) ? STR("") : host;
}

static bool read_target(struct arena *a, str domain, str uri, struct target *t)
{
	*t = (struct target){ .uri = uri };
	t->by_mail = report_tls_address(a, uri, &t->to);
	str host = t->by_mail ? t->to.domain : host_of(uri);
	t->limit = report_to(a, domain, host,
			     t->by_mail ? address_text(a, &t->to) : STR(""));
	return host.n > 0;
}

/* Those that may have one more today, and those that have this one. */
static err find_targets(struct reporter *r, struct arena *a, const struct letter *x,
			const str *uris, size_t count, struct target *targets, size_t *n)
{
	str domain = x->report.domain;
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		bool yes;
		struct target *t = &targets[*n];
		if (!read_target(a, domain, uris[i], t))
			continue;
		TRY(tls_posted_find(r->outbound, x->day, domain, t->uri, &t->posted));
		TRY(report_limit_ask(r->outbound, a, &t->limit, &yes));
		*n += yes || t->posted;
		if (!yes && !t->posted)
			log_info("report-put-off", KS("domain", domain),
				 KS("to", uris[i]));
	}
	return OK;
}

/* An attempt counts, since it is what reaches who is named there. */
static err note(struct reporter *r, struct arena *a, const struct letter *x,
		const struct target *t)
{
	TRY(report_limit_count(r->outbound, a, &t->limit));
	return tls_posted_add(r->outbound, x->day, x->report.domain, t->uri);
}

/* Noted before it leaves, and crossed out where it was not taken: whatever fails behind it,
 * or ends us, nobody gets it twice. */
static err post_one(struct reporter *r, struct arena *a, const struct letter *x,
		    struct target *t)
{
	TRY(book_begin(r->outbound));
	TRY(book_end(r->outbound, note(r, a, x, t)));
	t->posted = post(r, a, t->uri, x->packed);
	return t->posted
		       ? OK
		       : tls_posted_remove(r->outbound, x->day, x->report.domain, t->uri);
}

static err post_all(struct reporter *r, struct arena *a, const struct letter *x,
		    struct target *targets, size_t count, bool *posted)
{
	*posted = false;
	for (size_t i = 0; i < count; i++) {
		struct target *t = &targets[i];
		if (!t->by_mail && !t->posted)
			TRY(post_one(r, a, x, t));
		*posted = *posted || t->posted;
	}
	return OK;
}

static err queue_all(struct reporter *r, struct arena *a, const struct letter *x,
		     const struct target *targets, size_t count, bool *mailed)
{
	*mailed = false;
	for (size_t i = 0; i < count; i++) {
		if (!targets[i].by_mail)
			continue;
		TRY(report_limit_count(r->outbound, a, &targets[i].limit));
		TRY(queue(r, a, &x->report, &targets[i].to, x->packed));
		*mailed = true;
	}
	return OK;
}

/* The mails and the end of the tallies are one transaction: neither is ever without the
 * other. */
static err send_all(struct reporter *r, struct arena *a, const struct letter *x,
		    const str *uris, size_t count, bool *sent)
{
	struct target targets[REPORT_TLS_URIS];
	size_t n;
	bool posted, mailed;
	TRY(find_targets(r, a, x, uris, count, targets, &n));
	TRY(post_all(r, a, x, targets, n, &posted));
	TRY(book_begin(r->outbound));
	err e = queue_all(r, a, x, targets, n, &mailed);
	if (!e.kind && (mailed || posted))
		e = tls_tally_done(r->outbound, x->day, x->report.domain);
	TRY(book_end(r->outbound, e));
	*sent = mailed || posted;
	return OK;
}

/* --- one domain and day */

static err report(struct reporter *r, struct arena *a, int64_t day, str domain,
		  bool *done)
{
	struct letter x = { .day = day };
	str uris[REPORT_TLS_URIS];
	size_t count = 0;
	*done = false;
	enum wish wish = find_wish(r, a, domain, uris, &count);
	if (wish == WISH_UNKNOWN)
		return OK;
	if (wish == WISH_NONE) {
		*done = true;
		return tls_tally_done(r->outbound, day, domain);
	}
	TRY(tls_report_make(r->conf.conf, r->outbound, a, day, domain, &x.report));
	x.packed = gzip_pack(a, report_tls_json(a, &x.report));
	TRY(send_all(r, a, &x, uris, count, done));
	if (*done)
		log_info("tls-reported", KS("domain", domain), KS("report", x.report.id));
	return OK;
}

static bool is_due(struct reporter *r, int64_t day, str domain)
{
	const int64_t *again = recent_get(r->put_off, domain);
	return clock_now() >= (day + 1) * DAY + report_spread(domain)
	       && (!again || clock_mono_ms() >= *again);
}

static void put_off(struct reporter *r, str domain)
{
	int64_t *again = recent_get(r->put_off, domain);
	if (!again)
		again = recent_add(r->put_off, domain);
	*again = clock_mono_ms() + AGAIN_MS;
}

/* One that fails waits, and the others have their turn. */
static void report_or_put_off(struct reporter *r, struct arena *a, int64_t day,
			      str domain)
{
	bool done = false;
	err e = report(r, a, day, domain, &done);
	if (e.kind)
		log_error("reports-hindered", KE(e), KS("domain", domain),
			  KZ("do", "mend what the error names; it goes on by itself"));
	if (e.kind || !done)
		put_off(r, domain);
}

static err look(struct reporter *r)
{
	ARENA(a);
	int64_t day = 0, today = clock_now() / DAY, until = clock_mono_ms() + ALL_MS;
	str domain = STR("");
	for (int n = 0;
	     n < EACH_LOOK && clock_mono_ms() < until && !atomic_load(&r->stopping);) {
		err e = tls_tally_next(r->outbound, a, today, &day, &domain);
		if (e.kind)
			return e.kind == ERR_NOTFOUND ? OK : e;
		if (!is_due(r, day, domain))
			continue;
		n++;
		report_or_put_off(r, a, day, domain);
	}
	return OK;
}

static void hindered(err e)
{
	if (e.kind)
		log_error("reports-hindered", KE(e),
			  KZ("do", "mend what the error names; it goes on by itself"));
}

static void expire(struct reporter *r)
{
	int64_t gone;
	if (clock_mono_ms() < r->expire_at)
		return;
	r->expire_at = clock_mono_ms() + EXPIRE_MS;
	hindered(tls_tally_expire(r->outbound, clock_now() / DAY - KEEP_DAYS, &gone));
	hindered(tls_posted_expire(r->outbound, clock_now() / DAY - KEEP_DAYS, &gone));
	hindered(dmarc_reporter_expire(r->dmarc));
	hindered(failure_reporter_expire(r->failures));
	hindered(sts_expire(r->outbound, clock_now(), &gone));
}

/* What hinders one hinders none of the others: expiry makes room on a full disk. */
static void work(struct reporter *r)
{
	hindered(tally_write(r->conf.tally));
	if (r->conf.conf->trust_reports)
		hindered(look(r));
	if (r->conf.conf->trust_dmarc_reports)
		hindered(dmarc_reporter_look(r->dmarc));
	if (r->conf.conf->trust_failure_reports)
		hindered(failure_reporter_look(r->failures));
	expire(r);
}

static void *run(void *arg)
{
	struct reporter *r = arg;
	while (!atomic_load(&r->stopping)) {
		work(r);
		for (int i = 0; i < LOOK_MS / 100 && !atomic_load(&r->stopping); i++)
			thread_sleep(100);
	}
	err e = tally_write(r->conf.tally);
	if (e.kind)
		log_warn("tallies-lost", KE(e), KZ("do", "nothing: a report lacks them"));
	return NULL;
}

static void free_all(struct reporter *r)
{
	failure_reporter_free(r->failures);
	dmarc_reporter_free(r->dmarc);
	recent_free(r->put_off);
	free(r);
}

err reporter_start(const struct reporter_conf *conf, struct reporter **out)
{
	struct reporter *r = mem_zero(sizeof *r);
	r->conf = *conf;
	r->outbound = tally_book(conf->tally);
	r->put_off = recent_new(DOMAINS, sizeof(int64_t), NULL);
	struct dmarc_reporter_conf on_dmarc = { .conf = conf->conf,
						.resolver = conf->resolver,
						.outbound = r->outbound,
						.stopping = &r->stopping };
	r->dmarc = dmarc_reporter_new(&on_dmarc);
	r->failures = failure_reporter_new(&on_dmarc);
	err e = thread_start_joinable(&r->thread, run, r);
	if (e.kind) {
		free_all(r);
		return e;
	}
	*out = r;
	return OK;
}

void reporter_stop(struct reporter *r)
{
	if (!r)
		return;
	atomic_store(&r->stopping, true);
	pthread_join(r->thread, NULL);
	free_all(r);
}
