#include "web/pool.h"

#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t ready;
	struct pool_job *first, **end;
	size_t queued, queue_max;
	unsigned idle, threads;
	bool closing;
	void (*run)(struct pool_job *job);
	pthread_t ids[];
};

static struct pool_job *take(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->idle++;
	while (!p->first && !p->closing)
		pthread_cond_wait(&p->ready, &p->lock);
	p->idle--;
	struct pool_job *job = p->first;
	if (job) {
		p->first = job->next;
		if (!p->first)
			p->end = &p->first;
		p->queued--;
	}
	bool wake = p->first && p->idle;
	pthread_mutex_unlock(&p->lock);
	if (wake) /* who puts wakes one; each that is woken wakes the next */
		pthread_cond_signal(&p->ready);
	return job;
}

static void *work(void *arg)
{
	struct pool *p = arg;
	for (struct pool_job *job; (job = take(p));)
		p->run(job);
	return NULL;
}

err pool_new(unsigned threads, size_t queue_max, void (*run)(struct pool_job *job),
	     struct pool **pool)
{
	struct pool *p = mem_zero(sizeof *p + threads * sizeof *p->ids);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->ready, NULL);
	p->end = &p->first;
	p->queue_max = queue_max;
	p->run = run;
	for (; p->threads < threads; p->threads++) {
		err e = thread_start_joinable(&p->ids[p->threads], work, p);
		if (e.kind) {
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
	bool wake = fits && p->idle && !p->first;
	if (fits) {
		job->next = NULL;
		*p->end = job;
		p->end = &job->next;
		p->queued++;
	}
	pthread_mutex_unlock(&p->lock);
	if (wake)
		pthread_cond_signal(&p->ready);
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
	pthread_mutex_unlock(&p->lock);
	pthread_cond_broadcast(&p->ready);
	for (unsigned i = 0; i < p->threads; i++)
		pthread_join(p->ids[i], NULL);
	pthread_cond_destroy(&p->ready);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
