#include "send/sts_find.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "net/fetch.h"
#include "net/recent.h"
#include "store/outbound/sts.h"

#include <stdlib.h>

enum {
	FETCH_MS = 60000,  /* RFC 8461 section 3.3 */
	AGAIN_MS = 300000, /* after a failure: the same */
	DOMAINS = 10000,
};

struct
try { /* of one domain's web server */
	bool under_way;
	int64_t again_at; /* clock_mono_ms */
};

struct sts_finder {
	struct sts_finder_conf conf;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t ended; /* a try */
	struct recent *tries; /* domain -> struct try */
	struct book *outbound;
};

struct failure { /* word: of RFC 8460 section 4.3.2 */
	str word, why;
};

err sts_finder_open(struct arena *a, const struct sts_finder_conf *conf,
		    struct sts_finder **out)
{
	struct sts_finder *f = mem_zero(sizeof *f);
	f->conf = *conf;
	err e = book_open(a, conf->data, BOOK_OUTBOUND, BOOK_WRITE, &f->outbound);
	if (e.kind) {
		free(f);
		return e;
	}
	pthread_mutex_init(&f->lock, NULL);
	thread_cond_init(&f->ended);
	f->tries = recent_new(DOMAINS, sizeof(struct try), NULL);
	*out = f;
	return OK;
}

struct tally *sts_finder_tally(struct sts_finder *f)
{
	return f->conf.tally;
}

void sts_finder_close(struct sts_finder *f)
{
	if (!f)
		return;
	book_close(f->outbound);
	recent_free(f->tries);
	pthread_cond_destroy(&f->ended);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

/* Exactly one record is one (section 3.1); others under the name do not matter. */
static bool find_id(struct sts_finder *f, struct arena *a, str domain, int64_t deadline,
		    str *id, bool *unsure)
{
	struct dns_answer x;
	size_t count = 0;
	bool good = false;
	resolver_ask(f->conf.resolver, a, arena_cat(a, STR("_mta-sts."), domain), DNS_TXT,
		     deadline, &x);
	*unsure = x.status == DNS_FAILED;
	for (size_t i = 0; x.status == DNS_FOUND && i < x.count; i++)
		if (str_starts(x.records[i].data, STR("v=STSv1;"))) {
			good = sts_record(x.records[i].data, id);
			count++;
		}
	return good && count == 1;
}

/* --- the web server */

static bool is_plain_text(str type)
{
	str word, rest;
	if (!str_cut(type, ';', &word, &rest))
		word = type;
	return str_ieq(str_trim(word), STR("text/plain"));
}

static bool get(struct sts_finder *f, struct arena *a, str domain, str *policy,
		struct failure *no)
{
	int fd;
	struct fetch_answer x;
	struct fetch_request r = { .url = arena_cat(a, STR("https://mta-sts."), domain,
						    STR("/.well-known/mta-sts.txt")),
				   .most = STS_MOST,
				   .within_ms = FETCH_MS };
	err e = f->conf.dial_fetch(f->conf.ctx, a, &fd);
	if (!e.kind)
		e = fetch_ask(a, fd, &r, &x);
	no->word = STR("sts-policy-fetch-error");
	if (e.kind)
		no->why = str_from(e.msg);
	else if (x.result == FETCH_BAD_CERTIFICATE)
		*no = (struct failure){ STR("sts-webpki-invalid"), x.why };
	else if (x.result != FETCH_DONE)
		no->why = x.why;
	else if (x.status != 200) /* nor a redirect: section 3.3 */
		no->why = arena_printf(a, "HTTP status %lld", (long long)x.status);
	else if (!is_plain_text(x.type))
		no->why = STR("Content-Type is not text/plain");
	else
		*policy = x.body;
	return !no->why.n;
}

static bool fetch_policy(struct sts_finder *f, struct arena *a, struct sts_row *row,
			 struct failure *no)
{
	struct sts_policy p;
	if (!get(f, a, row->domain, &row->policy, no))
		return false;
	err e = sts_parse(a, row->policy, &p);
	if (e.kind) {
		*no = (struct failure){ STR("sts-policy-invalid"), str_from(e.msg) };
		return false;
	}
	row->fetched_at = clock_now();
	row->until = row->fetched_at + p.max_age;
	return true;
}

/* --- one try at a time for a domain; all under f->lock */

static struct try *try_of(struct sts_finder *f, str domain)
{
	struct try *t = recent_get(f->tries, domain);
	return t ? t : recent_add(f->tries, domain);
}

/* False: another thread has just tried, or it is too early to try again. */
static bool begin_try(struct sts_finder *f, str domain)
{
	int64_t until = clock_mono_ms() + FETCH_MS;
	bool waited = false;
	while (try_of(f, domain)->under_way
	       && thread_wait_until(&f->ended, &f->lock, until))
		waited = true;
	struct try *t = try_of(f, domain);
	if (waited || t->under_way || clock_mono_ms() < t->again_at)
		return false;
	t->under_way = true;
	return true;
}

static void end_try(struct sts_finder *f, str domain, bool failed)
{
	*try_of(f, domain) = (struct try){ .again_at = failed ? clock_mono_ms() + AGAIN_MS
							      : 0 };
	pthread_cond_broadcast(&f->ended);
}

static void tell(struct sts_finder *f, str domain, const struct failure *no)
{
	log_warn("sts-not-fetched", KS("domain", domain), KS("result", no->word),
		 KS("why", no->why),
		 KZ("do", "nothing: a policy that was fetched before stays in force"));
	if (f->conf.tally)
		tally_add(f->conf.tally, &(struct tls_tally_row){ .domain = domain,
								  .type = STR("sts"),
								  .result = no->word,
								  .reason = no->why,
								  .sessions = 1 });
}

/* Fetches it and puts it in the book; f->lock is left while the network is asked. */
static void renew(struct sts_finder *f, struct arena *a, str domain, str id)
{
	struct sts_row fresh = { .domain = domain, .id = id };
	struct failure no = { 0 };
	if (!begin_try(f, domain))
		return;
	pthread_mutex_unlock(&f->lock);
	bool good = fetch_policy(f, a, &fresh, &no);
	if (!good)
		tell(f, domain, &no);
	pthread_mutex_lock(&f->lock);
	err e = good ? sts_put(f->outbound, &fresh) : OK;
	if (e.kind)
		log_error("sts-not-kept", KS("domain", domain), KE(e),
			  KZ("do", "mend what the error names; it is fetched again"));
	end_try(f, domain, !good || e.kind);
}

/* New ones at once; the same one again in the second half of its time, so that it does
 * not run out while its server is away (section 5.1). */
static bool is_due(const struct sts_row *row, str id, int64_t now)
{
	return !str_eq(row->id, id)
	       || row->until - now < (row->until - row->fetched_at) / 2;
}

bool sts_find(struct sts_finder *f, struct arena *a, str domain, int64_t deadline,
	      struct sts_policy *p, bool *unsure)
{
	struct sts_row row;
	struct sts_policy found;
	str id;
	bool published = find_id(f, a, domain, deadline, &id, unsure);
	pthread_mutex_lock(&f->lock);
	bool kept = !sts_get(f->outbound, a, domain, clock_now(), &row).kind;
	if (published && (!kept || is_due(&row, id, clock_now()))) {
		renew(f, a, domain, id);
		kept = !sts_get(f->outbound, a, domain, clock_now(), &row).kind;
	}
	pthread_mutex_unlock(&f->lock);
	*unsure = !kept && (*unsure || published);
	if (!kept || sts_parse(a, row.policy, &found).kind || found.mode == STS_NONE)
		return false;
	*p = found;
	return true;
}
