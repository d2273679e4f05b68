#include "roles/smtpd_inside.h"

#include "base/log.h"
#include "base/mem.h"

#include <semaphore.h>

struct wish { /* a session waits on it, on its own stack */
	struct inbound_message *message;
	const struct inbound_recipient *recipients;
	size_t count;
	err result;
	sem_t told; /* the session's own: nobody is woken only to wait for a lock */
	struct wish *next;
};

struct commit {
	pthread_mutex_t lock;
	pthread_cond_t some;
	struct wish *first, **last; /* in order of arrival */
	struct book *inbound;
	struct role *role;
};

static err add_all(struct commit *c, struct wish *w)
{
	TRY(book_begin(c->inbound));
	err e = OK;
	for (; w && !e.kind; w = w->next)
		e = inbound_add(c->inbound, w->message, w->recipients, w->count);
	return book_end(c->inbound, e);
}

static void tell_all(struct wish *w, err e)
{
	for (struct wish *next; w; w = next) {
		next = w->next; /* w is gone as soon as its session wakes */
		w->result = e;
		sem_post(&w->told);
	}
}

/* While one batch is being synced the next gathers: the more sessions there are,
 * the more share a sync, with no timer. */
static void *run(void *arg)
{
	struct commit *c = arg;
	for (;;) {
		pthread_mutex_lock(&c->lock);
		while (!c->first)
			pthread_cond_wait(&c->some, &c->lock);
		struct wish *batch = c->first;
		c->first = NULL;
		c->last = &c->first;
		pthread_mutex_unlock(&c->lock);
		err e = add_all(c, batch);
		if (e.kind)
			log_error("inbound-not-written", KE(e),
				  KZ("do", "free space, then look at the inbound book "
					   "with postern status"));
		else
			wake_send(c->role, ROLE_post);
		/* The text is the book's, which this thread goes on using. */
		tell_all(batch, e.kind ? FAIL(ERR_TEMP, "the message cannot be kept at "
							"the moment; try again later")
				       : OK);
	}
	return NULL;
}

err commit_new(struct arena *a, const struct conf *conf, struct role *role,
	       struct commit **out)
{
	struct commit *c = mem_zero(sizeof *c);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->some, NULL);
	c->last = &c->first;
	c->role = role;
	TRY(book_open(a, conf->site_data, BOOK_INBOUND, BOOK_WRITE, &c->inbound));
	*out = c;
	return thread_start(run, c);
}

err commit_add(struct commit *c, struct inbound_message *m,
	       const struct inbound_recipient *r, size_t count)
{
	struct wish w = { .message = m, .recipients = r, .count = count };
	sem_init(&w.told, 0, 0);
	pthread_mutex_lock(&c->lock);
	bool idle = !c->first;
	*c->last = &w;
	c->last = &w.next;
	pthread_mutex_unlock(&c->lock);
	if (idle) /* else it was woken by another, or is busy and will look */
		pthread_cond_signal(&c->some);
	while (sem_wait(&w.told))
		; /* EINTR */
	sem_destroy(&w.told);
	return w.result;
}
