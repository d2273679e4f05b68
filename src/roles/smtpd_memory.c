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

static err write_known_news(struct smtpd *d, size_t i)
{
	ARENA(a);
	struct greylist_news *x;
	size_t n;
	greylist_news(d->greylist, kept[i].kind, a, &x, &n);
	if (!n)
		return OK;
	TRY(book_begin(d->memory));
	TRY(book_end(d->memory, write_known(d->memory, i, x, n)));
	greylist_written(d->greylist, kept[i].kind, n);
	return OK;
}

static err write_greylist(struct smtpd *d)
{
	for (size_t i = 0; d->greylist && i < KEPT; i++)
		TRY(write_known_news(d, i));
	return OK;
}

static err write_dmarc(struct smtpd *d)
{
	return d->dmarc ? dmarc_counts_write(d->dmarc, d->memory) : OK;
}

static err write_uses(struct smtpd *d)
{
	return token_uses_write(d->uses, d->memory);
}

/* What one of them cannot write now it writes with what comes. */
static const struct {
	const char *what;
	err (*write)(struct smtpd *d);
	const char *without; /* what it does when it is lost */
} memories[] = {
	{ "counts of DMARC", write_dmarc, "nothing: a report lacks them" },
	{ "the greylist", write_greylist, "nothing: who came last waits once more" },
	{ "uses of tokens", write_uses, "nothing: the last of them is not shown" },
};

enum { MEMORIES = sizeof memories / sizeof *memories };

static void write_one(struct smtpd *d, size_t i, bool last)
{
	err e = memories[i].write(d);
	if (e.kind && last)
		log_warn("memory-lost", KZ("what", memories[i].what), KE(e),
			 KZ("do", memories[i].without));
	else if (e.kind)
		log_warn("memory-put-off", KZ("what", memories[i].what), KE(e),
			 KZ("do", "free space on the disk; it is tried again"));
}

/* The last time is the main thread's, while the other may be at it still. */
static void write_all(struct smtpd *d, bool last)
{
	pthread_mutex_lock(&d->memory_lock);
	for (size_t i = 0; i < MEMORIES; i++)
		write_one(d, i, last);
	pthread_mutex_unlock(&d->memory_lock);
}

static err read_known(struct smtpd *d, size_t i)
{
	ARENA(a);
	struct known *x;
	size_t n;
	TRY(known_all(d->memory, a, kept[i].book, clock_now() - kept[i].seconds,
		      kept[i].most, &x, &n));
	for (size_t k = 0; k < n; k++)
		greylist_restore(d->greylist, kept[i].kind, x[k].key, x[k].at);
	return OK;
}

static void *keep_writing(void *arg)
{
	enum { EACH_MS = 5000, LOOK_MS = 100 };
	struct smtpd *d = arg;
	while (!role_draining(d->role)) {
		write_all(d, false);
		for (int i = 0; i < EACH_MS / LOOK_MS && !role_draining(d->role); i++)
			thread_sleep(LOOK_MS);
	}
	return NULL;
}

err smtpd_memory_start(struct smtpd *d)
{
	pthread_mutex_init(&d->memory_lock, NULL);
	TRY(book_open(d->role->a, d->conf->site_data, BOOK_INBOUND, BOOK_WRITE,
		      &d->memory));
	for (size_t i = 0; d->greylist && i < KEPT; i++)
		TRY(read_known(d, i));
	if (d->conf->trust_dmarc_reports || d->conf->trust_failure_reports)
		d->dmarc = dmarc_counts_new();
	d->uses = token_uses_new();
	return thread_start(keep_writing, d);
}

void smtpd_memory_end(struct smtpd *d)
{
	write_all(d, true);
}
