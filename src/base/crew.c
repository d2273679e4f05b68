#include "base/crew.h"

#include "base/mem.h"
#include "base/thread.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_SECONDS = 10 };

struct hand { /* a thread of the crew, on its own stack while it waits */
	struct crew *crew;
	void (*fn)(void *arg);
	void *arg;
	sem_t given;
	struct hand *next;
};

struct crew {
	pthread_mutex_t lock;
	struct hand *waiting; /* the last to come is the first to go: its stack is warm */
};

struct crew *crew_new(void)
{
	struct crew *c = mem_zero(sizeof *c);
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

static bool take_off(struct crew *c, const struct hand *h)
{
	for (struct hand **at = &c->waiting; *at; at = &(*at)->next)
		if (*at == h) {
			*at = h->next;
			return true;
		}
	return false;
}

static bool wait_given(struct hand *h)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_SECONDS;
	for (;;) {
		if (!sem_timedwait(&h->given, &until))
			return true;
		if (errno != EINTR)
			return false;
	}
}

/* False: nothing came; the thread leaves. Work given at the very last moment is
 * still taken: whoever gave it has taken the hand off the list. */
static bool next_work(struct crew *c, struct hand *h)
{
	pthread_mutex_lock(&c->lock);
	h->next = c->waiting;
	c->waiting = h;
	pthread_mutex_unlock(&c->lock);
	if (wait_given(h))
		return true;
	pthread_mutex_lock(&c->lock);
	bool idle = take_off(c, h);
	pthread_mutex_unlock(&c->lock);
	if (idle)
		return false;
	while (sem_wait(&h->given))
		; /* EINTR */
	return true;
}

static void *run(void *arg)
{
	struct hand h = *(struct hand *)arg;
	free(arg);
	sem_init(&h.given, 0, 0);
	do
		h.fn(h.arg);
	while (next_work(h.crew, &h));
	sem_destroy(&h.given);
	return NULL;
}

err crew_run(struct crew *c, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&c->lock);
	struct hand *h = c->waiting;
	if (h)
		c->waiting = h->next;
	pthread_mutex_unlock(&c->lock);
	if (h) {
		h->fn = fn;
		h->arg = arg;
		sem_post(&h->given);
		return OK;
	}
	h = mem_zero(sizeof *h);
	*h = (struct hand){ .crew = c, .fn = fn, .arg = arg };
	err e = thread_start(run, h);
	if (e.kind)
		free(h);
	return e;
}
