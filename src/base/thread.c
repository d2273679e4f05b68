#include "base/thread.h"

#include "base/str.h"

#include <errno.h>
#include <sys/resource.h>
#include <time.h>

enum { NICE_MOST = 19 };

static err start(pthread_t *id, bool detached, void *(*fn)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	if (detached)
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	int code = pthread_create(id, &attr, fn, arg);
	pthread_attr_destroy(&attr);
	return code ? FAIL(ERR_LIMIT, "the system gives no more threads; raise TasksMax")
		    : OK;
}

err thread_start(void *(*fn)(void *), void *arg)
{
	pthread_t id;
	return start(&id, true, fn, arg);
}

err thread_start_joinable(pthread_t *id, void *(*fn)(void *), void *arg)
{
	return start(id, false, fn, arg);
}

void thread_cond_init(pthread_cond_t *c)
{
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(c, &attr);
	pthread_condattr_destroy(&attr);
}

bool thread_wait_until(pthread_cond_t *c, pthread_mutex_t *m, int64_t mono_ms)
{
	struct timespec t = { .tv_sec = mono_ms / 1000,
			      .tv_nsec = mono_ms % 1000 * 1000000 };
	return pthread_cond_timedwait(c, m, &t) != ETIMEDOUT;
}

static _Thread_local struct {
	void (*tell)(void *ctx, bool waits);
	void *ctx;
} listener;

void thread_tell_waits(void (*tell)(void *ctx, bool waits), void *ctx)
{
	listener.tell = tell;
	listener.ctx = ctx;
}

void thread_waits(bool waits)
{
	if (listener.tell)
		listener.tell(listener.ctx, waits);
}

/* Linux keeps the niceness of each thread apart, and 0 is the one that asks. */
void thread_give_way(void)
{
	setpriority(PRIO_PROCESS, 0, NICE_MOST);
}

void thread_sleep(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	while (nanosleep(&t, &t) && errno == EINTR)
		;
}
