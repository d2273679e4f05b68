/* What sessions keep in memory, and a thread writes every few seconds. A crash forgets those
 * seconds: of counts, of who has passed the greylist, who then waits once more, and of
 * when a token was used. */
#include "roles/smtpd_inside.h"
#include "roles/smtpd_uses.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/greylist.h"
#include "store/inbound/known.h"

static err write_known(struct book *inbound, const struct greylist_news *x, size_t n,
		       int64_t since)
{
	for (size_t i = 0; i < n; i++)
		TRY(known_add(inbound,
			      &(struct known_network){ x[i].network, x[i].passed_at }));
	return known_prune(inbound, since, GREYLIST_KNOWN_MAX);
}

/* What cannot be written now is written with what comes. */
static err write_known_news(struct smtpd *d)
{
	ARENA(a);
	struct greylist_news *x;
	size_t n;
	greylist_news(d->greylist, a, &x, &n);
	if (!n)
		return OK;
	TRY(book_begin(d->known));
	TRY(book_end(d->known,
		     write_known(d->known, x, n, clock_now() - GREYLIST_KNOWN_SECONDS)));
	greylist_written(d->greylist, n);
	return OK;
}

/* The last time is the main thread's, while the other may be at it still. */
static err write_news(struct smtpd *d)
{
	pthread_mutex_lock(&d->known_lock);
	err e = write_known_news(d);
	pthread_mutex_unlock(&d->known_lock);
	return e;
}

static err open_known(struct smtpd *d)
{
	ARENA(a);
	struct known_network *x;
	size_t n;
	if (!d->greylist)
		return OK;
	TRY(book_open(d->role->a, d->conf->site_data, BOOK_INBOUND, BOOK_WRITE,
		      &d->known));
	TRY(known_all(d->known, a, clock_now() - GREYLIST_KNOWN_SECONDS,
		      GREYLIST_KNOWN_MAX, &x, &n));
	for (size_t i = 0; i < n; i++)
		greylist_restore(d->greylist, x[i].network, x[i].passed_at);
	return OK;
}

static void write_uses(struct smtpd *d)
{
	err e = token_uses_flush(d->uses, d->conf->site_data);
	if (e.kind)
		log_warn("token-use-not-noted", KE(e));
}

static void write_all(struct smtpd *d)
{
	err e = d->dmarc ? dmarc_counts_write(d->dmarc) : OK;
	if (e.kind)
		log_warn("dmarc-counts-put-off", KE(e),
			 KZ("do", "free space on the disk; it is tried again"));
	e = d->greylist ? write_news(d) : OK;
	if (e.kind)
		log_warn("greylist-put-off", KE(e),
			 KZ("do", "free space on the disk; it is tried again"));
	write_uses(d);
}

static void *keep_writing(void *arg)
{
	enum { EACH_MS = 5000, LOOK_MS = 100 };
	struct smtpd *d = arg;
	while (!role_draining(d->role)) {
		write_all(d);
		for (int i = 0; i < EACH_MS / LOOK_MS && !role_draining(d->role); i++)
			thread_sleep(LOOK_MS);
	}
	return NULL;
}

err smtpd_memory_start(struct smtpd *d)
{
	pthread_mutex_init(&d->known_lock, NULL);
	if (d->conf->trust_dmarc_reports || d->conf->trust_failure_reports)
		TRY(dmarc_counts_open(d->role->a, d->conf->site_data, &d->dmarc));
	TRY(open_known(d));
	d->uses = token_uses_new();
	return thread_start(keep_writing, d);
}

void smtpd_memory_end(struct smtpd *d)
{
	err e = d->dmarc ? dmarc_counts_write(d->dmarc) : OK;
	if (e.kind)
		log_warn("tallies-lost", KE(e), KZ("do", "nothing: a report lacks them"));
	e = d->greylist ? write_news(d) : OK;
	if (e.kind)
		log_warn("greylist-lost", KE(e),
			 KZ("do", "nothing: who passed last waits once more"));
	write_uses(d);
}
