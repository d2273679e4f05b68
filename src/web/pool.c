#include "web/pool.h"

#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>

struct pool_thread {
	struct pool *pool;
	struct pool_thread *below; /* of the idle ones */
	bool called, worked;
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
	unsigned threads;
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

static struct pool_job *take(struct pool *p, struct pool_thread *w)
{
	pthread_mutex_lock(&p->lock);
	while (!p->first && !p->closing)
		wait_for_call(p, w);
	struct pool_job *job = p->first;
	if (job) {
		w->worked = true;
		p->first = job->next;
		if (!p->first)
			p->end = &p->first;
		p->queued--;
	}
	if (p->first || p->closing) /* who puts calls one; each calls the next */
		call_one(p);
	pthread_mutex_unlock(&p->lock);
	return job;
}

static void *work(void *arg)
{
	struct pool_thread *w = arg;
	struct pool *p = w->pool;
	for (struct pool_job *job; (job = take(p, w));)
		p->run(job);
	return NULL;
}

err pool_new(unsigned threads, size_t queue_max, void (*run)(struct pool_job *job),
	     struct pool **pool)
{
	struct pool *p = mem_zero(sizeof *p + threads * sizeof *p->workers);
	pthread_mutex_init(&p->lock, NULL);
	p->end = &p->first;
	p->queue_max = queue_max;
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
		if (first)
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
