/* What sessions keep in memory, and a thread writes every few seconds. A crash forgets those
 * seconds: of counts, of who has passed the greylist or waits in it, who then waits once
 * more, and of when a token was used. */
#include "roles/smtpd_inside.h"
#include "roles/smtpd_uses.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/greylist.h"
#include "store/inbound/known.h"

/* Of what the greylist remembers of a kind so much is kept, so long. */
static const struct {
	enum greylist_kind kind;
	enum known_kind book;
	size_t most;
	int64_t seconds;
} kept[] = {
	{ GREYLIST_PASSED, KNOWN_NETWORKS, GREYLIST_KNOWN_MAX, GREYLIST_KNOWN_SECONDS },
	{ GREYLIST_TRIED, KNOWN_TRIES, GREYLIST_TRIES_MAX, GREYLIST_TRY_SECONDS },
};

enum { KEPT = sizeof kept / sizeof *kept };

static err write_known(struct book *inbound, size_t i, const struct greylist_news *x,
		       size_t n)
{
	for (size_t k = 0; k < n; k++)
		TRY(known_add(inbound, kept[i].book,
			      &(struct known){ x[k].key, x[k].at }));
	return known_prune(inbound, kept[i].book, clock_now() - kept[i].seconds,
			   kept[i].most);
}

/* What cannot be written now is written with what comes. */
static err write_known_news(struct smtpd *d, size_t i)
{
	ARENA(a);
	struct greylist_news *x;
	size_t n;
	greylist_news(d->greylist, kept[i].kind, a, &x, &n);
	if (!n)
		return OK;
	TRY(book_begin(d->known));
	TRY(book_end(d->known, write_known(d->known, i, x, n)));
	greylist_written(d->greylist, kept[i].kind, n);
	return OK;
}

/* The last time is the main thread's, while the other may be at it still. */
static err write_news(struct smtpd *d)
{
	err e = OK;
	pthread_mutex_lock(&d->known_lock);
	for (size_t i = 0; i < KEPT && !e.kind; i++)
		e = write_known_news(d, i);
	pthread_mutex_unlock(&d->known_lock);
	return e;
}

static err read_known(struct smtpd *d, size_t i)
{
	ARENA(a);
	struct known *x;
	size_t n;
	TRY(known_all(d->known, a, kept[i].book, clock_now() - kept[i].seconds,
		      kept[i].most, &x, &n));
	for (size_t k = 0; k < n; k++)
		greylist_restore(d->greylist, kept[i].kind, x[k].key, x[k].at);
	return OK;
}

static err open_known(struct smtpd *d)
{
	if (!d->greylist)
		return OK;
	TRY(book_open(d->role->a, d->conf->site_data, BOOK_INBOUND, BOOK_WRITE,
		      &d->known));
	for (size_t i = 0; i < KEPT; i++)
		TRY(read_known(d, i));
	return OK;
}

static void write_uses(struct smtpd *d)
{
	err e = token_uses_flush(d->uses, d->conf->site_data);
	if (e.kind)
		log_warn("token-use-not-noted", KE(e),
			 KZ("do", "mend what the error names; it is tried again in "
				  "five seconds"));
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
			 KZ("do", "nothing: who came last waits once more"));
	write_uses(d);
}
