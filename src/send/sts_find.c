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
	SOON_MS = 5000,    /* after none of the domain's making */
	DOMAINS = 10000,
	AT_ONCE = 256, /* fetches under way */
};

struct
try { /* of one domain's web server */
	bool under_way;
	int64_t wait_until, again_at; /* clock_mono_ms */
};

struct sts_finder {
	struct sts_finder_conf conf;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t ended; /* a try */
	struct recent *tries; /* domain -> struct try */
	struct book *outbound;
	size_t under_way;
	bool closed; /* the last fetch frees it all */
};

struct failure {
	str word; /* of RFC 8460 section 4.3.2; empty: not the domain's */
	str why;
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

static void finder_free(struct sts_finder *f)
{
	book_close(f->outbound);
	recent_free(f->tries);
	pthread_cond_destroy(&f->ended);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

/* Leaves the lock and, the last one, takes all with it. */
static void leave(struct sts_finder *f)
{
	bool last = f->closed && !f->under_way;
	pthread_mutex_unlock(&f->lock);
	if (last)
		finder_free(f);
}

void sts_finder_close(struct sts_finder *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->lock);
	f->closed = true;
	leave(f);
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
	no->word = e.kind || x.result == FETCH_NOT_TRIED ? STR_NONE
							 : STR("sts-policy-fetch-error");
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

/* --- one try at a time for a domain, on a thread of its own; all under f->lock */

struct job { /* in its arena */
	struct sts_finder *f;
	struct arena *a;
	struct sts_row fresh;
};

static struct try *try_of(struct sts_finder *f, str domain)
{
	struct try *t = recent_get(f->tries, domain);
	return t ? t : recent_add(f->tries, domain);
}

static void end_try(struct sts_finder *f, str domain, int64_t pause_ms)
{
	*try_of(f, domain) = (struct try){ .again_at = clock_mono_ms() + pause_ms };
	f->under_way--;
	pthread_cond_broadcast(&f->ended);
}

static void tell(struct sts_finder *f, str domain, const struct failure *no)
{
	log_warn("sts-not-fetched", KS("domain", domain),
		 KS("result", no->word.n ? no->word : STR("none")), KS("why", no->why),
		 KZ("do", "nothing: a policy that was fetched before stays in force"));
	if (f->conf.tally && no->word.n)
		tally_add(f->conf.tally, &(struct tls_tally_row){ .domain = domain,
								  .type = STR("sts"),
								  .result = no->word,
								  .reason = no->why,
								  .sessions = 1 });
}

static bool keep(struct sts_finder *f, const struct sts_row *fresh)
{
	err e = sts_put(f->outbound, fresh);
	if (e.kind)
		log_error("sts-not-kept", KS("domain", fresh->domain), KE(e),
			  KZ("do", "mend what the error names; it is fetched again"));
	return !e.kind;
}

/* f->lock is left while the network is asked. */
static void *fetch_one(void *arg)
{
	struct job *j = arg;
	struct sts_finder *f = j->f;
	struct arena *a = j->a;
	struct failure no = { 0 };
	bool good = fetch_policy(f, a, &j->fresh, &no);
	pthread_mutex_lock(&f->lock);
	if (!f->closed && !good)
		tell(f, j->fresh.domain, &no);
	good = good && !f->closed && keep(f, &j->fresh);
	end_try(f, j->fresh.domain,
		good                     ? 0
		: no.why.n && !no.word.n ? SOON_MS
					 : AGAIN_MS);
	leave(f);
	arena_free(a);
	return NULL;
}

/* False: it is too early, or too many are under way. */
static bool begin_try(struct sts_finder *f, str domain, str id)
{
	struct try *t = try_of(f, domain);
	if (clock_mono_ms() < t->again_at || f->under_way == AT_ONCE)
		return false;
	struct arena *a = arena_new();
	struct job *j = arena_alloc(a, sizeof *j);
	*j = (struct job){ f,
			   a,
			   { .domain = arena_copy(a, domain), .id = arena_copy(a, id) } };
	if (thread_start(fetch_one, j).kind) {
		arena_free(a);
		return false;
	}
	t->under_way = true;
	t->wait_until = clock_mono_ms() + f->conf.brief_ms;
	f->under_way++;
	return true;
}

/* Has it fetched and put in the book, and waits for that a little: mail whose domain's
 * web server is slow goes on as if there were no policy, or by the one that is kept, as
 * section 3.3 has it; what comes in then is for the mail after it. */
static void renew(struct sts_finder *f, str domain, str id)
{
	if (!try_of(f, domain)->under_way && !begin_try(f, domain, id))
		return;
	int64_t until = try_of(f, domain)->wait_until;
	while (try_of(f, domain)->under_way
	       && thread_wait_until(&f->ended, &f->lock, until))
		;
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
		renew(f, domain, id);
		kept = !sts_get(f->outbound, a, domain, clock_now(), &row).kind;
	}
	pthread_mutex_unlock(&f->lock);
	*unsure = !kept && (*unsure || published);
	if (!kept || sts_parse(a, row.policy, &found).kind || found.mode == STS_NONE)
		return false;
	*p = found;
	return true;
}
