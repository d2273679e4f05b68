#include "send/tls_report.h"

#include "base/clock.h"
#include "base/gzip.h"
#include "base/log.h"
#include "base/mem.h"
#include "mail/report_tls.h"
#include "net/fetch.h"
#include "send/report_limit.h"
#include "send/report_look.h"
#include "send/report_mail.h"
#include "send/tls_report_said.h"
#include "store/outbound/tls_posted.h"
#include "store/outbound/tls_tally.h"

#include <stdlib.h>
#include <string.h>

enum {
	DAY = 86400,
	KEEP_DAYS = 3, /* what could not be reported is old then */
	LOOKUP_MS = 20000,
	POST_MS = 60000,
	DOMAINS = 10000,
};

struct tls_reporter {
	struct tls_reporter_conf conf;
	struct report_look *look;
	int64_t day; /* where the last look ended */
	str domain;
	struct arena *a; /* of domain */
};

/* --- to whom */

enum wish { WISH_UNKNOWN, WISH_NONE, WISH_URIS };

/* Exactly one record is one, as with MTA-STS (section 3). */
static enum wish find_wish(struct tls_reporter *r, struct arena *a, str domain,
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

static bool post(struct tls_reporter *r, struct arena *a, str uri, str packed)
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

static err queue(struct tls_reporter *r, struct arena *a, const struct report_tls *report,
		 const struct address *to, str packed)
{
	str recipient = address_text(a, to);
	struct report_mail m = { .kind = REPORT_TLS,
				 .id = report->id,
				 .to = recipient,
				 .bytes = report_tls_mail(a, report,
							  r->conf.conf->site_hostname, to,
							  packed) };
	return report_mail_queue(r->conf.outbound, a, &m);
}

/* --- within what a third person is sent */

/* A report, and the day that it is about. */
struct made {
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
static err find_targets(struct tls_reporter *r, struct arena *a, const struct made *x,
			const str *uris, size_t count, struct target *targets, size_t *n)
{
	str domain = x->report.domain;
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		bool yes;
		struct target *t = &targets[*n];
		if (!read_target(a, domain, uris[i], t))
			continue;
		TRY(tls_posted_find(r->conf.outbound, x->day, domain, t->uri,
				    &t->posted));
		TRY(report_limit_ask(r->conf.outbound, a, &t->limit, &yes));
		*n += yes || t->posted;
		if (!yes && !t->posted)
			log_info("report-put-off", KS("domain", domain),
				 KS("to", uris[i]));
	}
	return OK;
}

/* An attempt counts, since it is what reaches who is named there. */
static err note(struct tls_reporter *r, struct arena *a, const struct made *x,
		const struct target *t)
{
	TRY(report_limit_count(r->conf.outbound, a, &t->limit));
	return tls_posted_add(r->conf.outbound, x->day, x->report.domain, t->uri);
}

/* Noted before it leaves, and crossed out where it was not taken: whatever fails behind it,
 * or ends us, nobody gets it twice. */
static err post_one(struct tls_reporter *r, struct arena *a, const struct made *x,
		    struct target *t)
{
	TRY(book_begin(r->conf.outbound));
	TRY(book_end(r->conf.outbound, note(r, a, x, t)));
	t->posted = post(r, a, t->uri, x->packed);
	return t->posted ? OK
			 : tls_posted_remove(r->conf.outbound, x->day, x->report.domain,
					     t->uri);
}

static err post_all(struct tls_reporter *r, struct arena *a, const struct made *x,
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

static err queue_all(struct tls_reporter *r, struct arena *a, const struct made *x,
		     const struct target *targets, size_t count, bool *mailed)
{
	*mailed = false;
	for (size_t i = 0; i < count; i++) {
		if (!targets[i].by_mail)
			continue;
		TRY(report_limit_count(r->conf.outbound, a, &targets[i].limit));
		TRY(queue(r, a, &x->report, &targets[i].to, x->packed));
		*mailed = true;
	}
	return OK;
}

/* The mails and the end of the tallies are one transaction: neither is ever without the
 * other. */
static err send_all(struct tls_reporter *r, struct arena *a, const struct made *x,
		    const str *uris, size_t count, bool *sent)
{
	struct target targets[REPORT_TLS_URIS];
	size_t n;
	bool posted, mailed;
	TRY(find_targets(r, a, x, uris, count, targets, &n));
	TRY(post_all(r, a, x, targets, n, &posted));
	TRY(book_begin(r->conf.outbound));
	err e = queue_all(r, a, x, targets, n, &mailed);
	if (!e.kind && (mailed || posted))
		e = tls_tally_done(r->conf.outbound, x->day, x->report.domain);
	TRY(book_end(r->conf.outbound, e));
	*sent = mailed || posted;
	return OK;
}

/* --- one domain and day */

static err report(void *ctx, struct arena *a, const struct report_case *c)
{
	struct tls_reporter *r = ctx;
	struct made x = { .day = *(const int64_t *)c->row };
	str uris[REPORT_TLS_URIS];
	size_t count = 0;
	bool sent;
	enum wish wish = find_wish(r, a, c->domain, uris, &count);
	if (wish == WISH_UNKNOWN)
		return FAIL(ERR_TEMP, "no answer from DNS whether reports are wanted");
	if (wish == WISH_NONE)
		return tls_tally_done(r->conf.outbound, x.day, c->domain);
	TRY(tls_report_make(r->conf.conf, r->conf.outbound, a, x.day, c->domain,
			    &x.report));
	x.packed = gzip_pack(a, report_tls_json(a, &x.report));
	TRY(send_all(r, a, &x, uris, count, &sent));
	if (!sent)
		return FAIL(ERR_TEMP, "nobody took it, or may have one more today");
	log_info("tls-reported", KS("domain", c->domain), KS("report", x.report.id));
	return OK;
}

/* --- one look */

static void go_behind(struct tls_reporter *r, int64_t day, str domain)
{
	struct arena *a = arena_new();
	r->day = day;
	r->domain = arena_copy(a, domain);
	arena_free(r->a);
	r->a = a;
}

static err next(void *ctx, struct arena *a, struct report_case *c)
{
	struct tls_reporter *r = ctx;
	int64_t *day = arena_alloc(a, sizeof *day);
	str domain = r->domain;
	*day = r->day;
	TRY(tls_tally_next(r->conf.outbound, a, clock_now() / DAY, day, &domain));
	go_behind(r, *day, domain);
	*c = (struct report_case){ .domain = domain,
				   .due_at = (*day + 1) * DAY + report_spread(domain),
				   .row = day };
	return OK;
}

static void begin_anew(void *ctx)
{
	go_behind(ctx, 0, STR(""));
}

struct tls_reporter *tls_reporter_new(const struct tls_reporter_conf *conf)
{
	static const struct report_kind kind = { next, begin_anew, report,
						 .most_hours = 1 };
	struct tls_reporter *r = mem_zero(sizeof *r);
	r->conf = *conf;
	r->a = arena_new();
	r->domain = STR("");
	r->look = report_look_new(&kind, r, DOMAINS);
	return r;
}

void tls_reporter_free(struct tls_reporter *r)
{
	if (!r)
		return;
	report_look_free(r->look);
	arena_free(r->a);
	free(r);
}

err tls_reporter_look(struct tls_reporter *r)
{
	return report_look(r->look, 0, r->conf.stopping);
}

err tls_reporter_expire(struct tls_reporter *r)
{
	int64_t gone, before = clock_now() / DAY - KEEP_DAYS;
	err posted = tls_posted_expire(r->conf.outbound, before, &gone);
	err counted = tls_tally_expire(r->conf.outbound, before, &gone);
	return posted.kind ? posted : counted;
}
