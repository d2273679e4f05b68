#include "send/reporter.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "send/failure_report.h"
#include "send/tls_report.h"
#include "store/outbound/sts.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { LOOK_MS = 5000, EXPIRE_MS = 3600000 };

struct reporter {
	struct reporter_conf conf;
	struct book *outbound;
	struct tls_reporter *tls;
	struct dmarc_reporter *dmarc;
	struct failure_reporter *failures;
	int64_t expire_at;
	atomic_bool stopping;
	pthread_t thread;
};

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
	hindered(tls_reporter_expire(r->tls));
	hindered(dmarc_reporter_expire(r->dmarc));
	hindered(failure_reporter_expire(r->failures));
	hindered(sts_expire(r->outbound, clock_now(), &gone));
}

/* What hinders one hinders none of the others: expiry makes room on a full disk. */
static void work(struct reporter *r)
{
	hindered(tally_write(r->conf.tally));
	if (r->conf.conf->trust_reports)
		hindered(tls_reporter_look(r->tls));
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
	tls_reporter_free(r->tls);
	free(r);
}

err reporter_start(const struct reporter_conf *conf, struct reporter **out)
{
	struct reporter *r = mem_zero(sizeof *r);
	r->conf = *conf;
	r->outbound = tally_book(conf->tally);
	struct dmarc_reporter_conf on_dmarc = { .conf = conf->conf,
						.resolver = conf->resolver,
						.outbound = r->outbound,
						.stopping = &r->stopping };
	struct tls_reporter_conf on_tls = { .conf = conf->conf,
					    .resolver = conf->resolver,
					    .outbound = r->outbound,
					    .stopping = &r->stopping,
					    .dial_fetch = conf->dial_fetch,
					    .ctx = conf->ctx };
	r->tls = tls_reporter_new(&on_tls);
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
