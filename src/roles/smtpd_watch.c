#include "roles/smtpd_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/lists/revision.h"

enum { LOOK_MS = 200 };

struct watcher {
	struct smtpd *d;
	struct book *lists;
	int64_t revision;
};

struct addressbook *smtpd_addresses(struct smtpd *d)
{
	pthread_mutex_lock(&d->addresses_lock);
	struct addressbook *b = addressbook_keep(d->addresses);
	pthread_mutex_unlock(&d->addresses_lock);
	return b;
}

static err reload(struct watcher *w)
{
	struct addressbook *fresh, *old;
	int64_t revision;
	TRY(revision_get(w->lists, &revision));
	if (revision == w->revision && w->d->addresses)
		return OK;
	TRY(addressbook_load(w->lists, w->d->conf, &w->d->mac, &fresh));
	pthread_mutex_lock(&w->d->addresses_lock);
	old = w->d->addresses;
	w->d->addresses = fresh;
	pthread_mutex_unlock(&w->d->addresses_lock);
	addressbook_drop(old);
	w->revision = revision;
	return OK;
}

static void *run(void *arg)
{
	struct watcher *w = arg;
	while (!role_draining(w->d->role)) {
		struct wake woken;
		wake_wait(w->d->role, WAKE_FROM(post), clock_mono_ms() + LOOK_MS, &woken);
		err e = reload(w);
		if (e.kind)
			log_warn("addresses-not-read", KE(e),
				 KZ("do", "nothing: the last ones stay in use, it is "
					  "tried again"));
	}
	return NULL;
}

err smtpd_watch(struct smtpd *d)
{
	struct watcher *w = arena_zero(d->role->a, sizeof *w);
	w->d = d;
	TRY(book_open(d->role->a, d->conf->site_data, BOOK_LISTS, BOOK_READ, &w->lists));
	TRY(reload(w));
	return thread_start(run, w);
}
