#include "roles/smtpd_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "smtp/door.h"
#include "store/lists/revision.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>

enum { LOOK_MS = 200 };

struct watcher {
	struct smtpd *d;
	struct book *lists;
	int64_t revision;
	int asked; /* an eventfd: somebody waits for a look */
	pthread_mutex_t lock;
	pthread_cond_t looked;
	uint64_t begun, done; /* looks; done: the last one that could read the book */
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

static void look(struct watcher *w)
{
	pthread_mutex_lock(&w->lock);
	uint64_t mine = ++w->begun;
	pthread_mutex_unlock(&w->lock);
	err e = reload(w);
	if (e.kind) {
		log_warn("addresses-not-read", KE(e),
			 KZ("do",
			    "nothing: the last ones stay in use, it is tried again"));
		return;
	}
	pthread_mutex_lock(&w->lock);
	w->done = mine;
	pthread_cond_broadcast(&w->looked);
	pthread_mutex_unlock(&w->lock);
}

static void wait_for_cause(struct watcher *w)
{
	const struct role *role = w->d->role;
	struct pollfd p[] = { { .fd = role->drain_fd, .events = POLLIN },
			      { .fd = w->asked, .events = POLLIN },
			      { .fd = wake_fd(role, ROLE_post), .events = POLLIN } };
	struct wake woken;
	eventfd_t times;
	if (poll(p, 3, LOOK_MS) <= 0)
		return;
	wake_take(role, WAKE_FROM(post), &woken);
	eventfd_read(w->asked, &times);
}

static void *run(void *arg)
{
	struct watcher *w = arg;
	while (!role_draining(w->d->role)) {
		wait_for_cause(w);
		look(w);
	}
	return NULL;
}

void smtpd_look_at_addresses(struct smtpd *d)
{
	struct watcher *w = d->watcher;
	int64_t until = clock_mono_ms() + DOOR_LOOK_MS;
	pthread_mutex_lock(&w->lock);
	uint64_t next = w->begun + 1; /* what is under way may have read already */
	if (eventfd_write(w->asked, 1) == 0)
		while (w->done < next && !role_draining(d->role)
		       && thread_wait_until(&w->looked, &w->lock, until))
			;
	pthread_mutex_unlock(&w->lock);
}

err smtpd_watch(struct smtpd *d)
{
	struct watcher *w = arena_zero(d->role->a, sizeof *w);
	d->watcher = w;
	w->d = d;
	w->asked = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->asked < 0)
		return err_in(d->role->a, ERR_IO, "no eventfd: %s", strerror(errno));
	pthread_mutex_init(&w->lock, NULL);
	thread_cond_init(&w->looked);
	TRY(book_open(d->role->a, d->conf->site_data, BOOK_LISTS, BOOK_READ, &w->lists));
	TRY(reload(w));
	return thread_start(run, w);
}
