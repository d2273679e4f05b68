#include "web/pool.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>

enum { STUCK_MS = 100 };

struct pool_thread {
	struct pool *pool;
	struct pool_thread *below; /* of the idle ones */
	bool called, worked, at_work;
	pthread_cond_t call;
	pthread_t id;
};

struct pool {
	pthread_mutex_t lock;
	struct pool_job *first, **end;
	size_t queued, queue_max;
	/* The one that worked last stands on top and is called first: it has what a
	 * job needs open and warm, while those below never open it. */
	struct pool_thread *idle;
	unsigned threads, at_once, most; /* most: work now; at_once, or more */
	unsigned working;
	int64_t taken; /* ms: when the last job was */
	bool closing;
	void (*run)(struct pool_job *job);
	struct pool_thread workers[];
};

/* With the lock held. */
static void call_one(struct pool *p)
{
	struct pool_thread *w = p->idle;
	if (!w)
		return;
	p->idle = w->below;
	w->called = true;
	pthread_cond_signal(&w->call);
}

static void wait_for_call(struct pool *p, struct pool_thread *w)
{
	struct pool_thread **at = &p->idle;
	while (!w->worked && *at) /* it starts: at the bottom */
		at = &(*at)->below;
	w->called = false;
	w->below = *at;
	*at = w;
	while (!w->called)
		pthread_cond_wait(&w->call, &p->lock);
}

/* With the lock held: is there work, and may one more do it? */
static bool may_take(const struct pool *p)
{
	return p->closing || (p->first && p->working < p->most);
}

static struct pool_job *take(struct pool *p, struct pool_thread *w)
{
	pthread_mutex_lock(&p->lock);
	p->working -= w->at_work;
	while (!may_take(p))
		wait_for_call(p, w);
	struct pool_job *job = p->first;
	w->at_work = job != NULL;
	if (job) {
		w->worked = true;
		p->working++;
		p->taken = clock_mono_ms();
		p->first = job->next;
		if (!p->first) {
			p->end = &p->first;
			p->most = p->at_once;
		}
		p->queued--;
	}
	if (may_take(p)) /* who puts calls one; each calls the next */
		call_one(p);
	pthread_mutex_unlock(&p->lock);
	return job;
}

/* One that waits does not count; when it goes on there may be one too many for a while. */
static void tell_waits(void *ctx, bool waits)
{
	struct pool_thread *w = ctx;
	struct pool *p = w->pool;
	pthread_mutex_lock(&p->lock);
	if (waits)
		p->working--;
	else
		p->working++;
	if (waits && may_take(p))
		call_one(p);
	pthread_mutex_unlock(&p->lock);
}

void pool_stir(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	if (p->first && p->working >= p->most && p->most < p->threads
	    && clock_mono_ms() - p->taken >= STUCK_MS) {
		p->most++;
		call_one(p);
	}
	pthread_mutex_unlock(&p->lock);
}

static void *work(void *arg)
{
	struct pool_thread *w = arg;
	struct pool *p = w->pool;
	thread_tell_waits(tell_waits, w);
	for (struct pool_job *job; (job = take(p, w));)
		p->run(job);
	return NULL;
}

err pool_new(unsigned threads, unsigned at_once, size_t queue_max,
	     void (*run)(struct pool_job *job), struct pool **pool)
{
	struct pool *p = mem_zero(sizeof *p + threads * sizeof *p->workers);
	pthread_mutex_init(&p->lock, NULL);
	p->end = &p->first;
	p->queue_max = queue_max;
	p->at_once = p->most = at_once;
	p->run = run;
	for (; p->threads < threads; p->threads++) {
		struct pool_thread *w = &p->workers[p->threads];
		w->pool = p;
		pthread_cond_init(&w->call, NULL);
		err e = thread_start_joinable(&w->id, work, w);
		if (e.kind) {
			pthread_cond_destroy(&w->call);
			pool_free(p);
			return e;
		}
	}
	*pool = p;
	return OK;
}

static bool put(struct pool *p, struct pool_job *job, bool beyond)
{
	pthread_mutex_lock(&p->lock);
	bool fits = beyond || (p->queued < p->queue_max && !p->closing);
	if (fits) {
		bool first = !p->first;
		job->next = NULL;
		*p->end = job;
		p->end = &job->next;
		p->queued++;
		if (first && may_take(p))
			call_one(p);
	}
	pthread_mutex_unlock(&p->lock);
	return fits;
}

bool pool_put(struct pool *p, struct pool_job *job)
{
	return put(p, job, false);
}

void pool_put_more(struct pool *p, struct pool_job *job)
{
	put(p, job, true);
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	call_one(p);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->threads; i++) {
		pthread_join(p->workers[i].id, NULL);
		pthread_cond_destroy(&p->workers[i].call);
	}
	pthread_mutex_destroy(&p->lock);
	free(p);
}
