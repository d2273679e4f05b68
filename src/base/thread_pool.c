#include "base/thread_pool.h"

#include "base/mem.h"
#include "base/thread.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

enum { WAIT_SECONDS = 10 };

struct pooled { /* a thread of the pool, on its own stack while it waits */
	struct thread_pool *pool;
	void (*fn)(void *arg);
	void *arg;
	sem_t given;
	struct pooled *next;
};

struct thread_pool {
	pthread_mutex_t lock;
	struct pooled *waiting; /* the last to come goes first: its stack is warm */
};

struct thread_pool *thread_pool_new(void)
{
	struct thread_pool *pool = mem_zero(sizeof *pool);
	pthread_mutex_init(&pool->lock, NULL);
	return pool;
}

static bool take_off(struct thread_pool *pool, const struct pooled *t)
{
	for (struct pooled **at = &pool->waiting; *at; at = &(*at)->next)
		if (*at == t) {
			*at = t->next;
			return true;
		}
	return false;
}

static bool wait_given(struct pooled *t)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_SECONDS;
	for (;;) {
		if (!sem_timedwait(&t->given, &until))
			return true;
		if (errno != EINTR)
			return false;
	}
}

/* False: nothing came; the thread leaves. Work given at the very last moment is
 * still taken: whoever gave it has taken the thread off the list. */
static bool next_work(struct thread_pool *pool, struct pooled *t)
{
	pthread_mutex_lock(&pool->lock);
	t->next = pool->waiting;
	pool->waiting = t;
	pthread_mutex_unlock(&pool->lock);
	if (wait_given(t))
		return true;
	pthread_mutex_lock(&pool->lock);
	bool idle = take_off(pool, t);
	pthread_mutex_unlock(&pool->lock);
	if (idle)
		return false;
	while (sem_wait(&t->given))
		; /* EINTR */
	return true;
}

static void *run(void *arg)
{
	struct pooled t = *(struct pooled *)arg;
	free(arg);
	sem_init(&t.given, 0, 0);
	do
		t.fn(t.arg);
	while (next_work(t.pool, &t));
	sem_destroy(&t.given);
	return NULL;
}

err thread_pool_run(struct thread_pool *pool, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&pool->lock);
	struct pooled *t = pool->waiting;
	if (t)
		pool->waiting = t->next;
	pthread_mutex_unlock(&pool->lock);
	if (t) {
		t->fn = fn;
		t->arg = arg;
		sem_post(&t->given);
		return OK;
	}
	t = mem_zero(sizeof *t);
	*t = (struct pooled){ .pool = pool, .fn = fn, .arg = arg };
	err e = thread_start(run, t);
	if (e.kind)
		free(t);
	return e;
}
