/* web/pool.h: threads that work off a bounded queue. Only some work at once: more than the
 * processor has cores only keep each other's memory cold. The others are for when some of
 * those wait for somebody else (thread_waits), or come to no end. Of the idle ones that which
 * worked last is called first, so that few of many stay in use.
 *
 *     struct pool *p = pool_new(32, 4, 1000, run);
 *     if (!pool_put(p, &job->link)) ... 503
 *     pool_free(p);                          // works off what is queued, joins
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct pool_job {
	struct pool_job *next;
};

struct pool;

/* at_once: 1 to threads. ERR_LIMIT: the system gives no more threads. */
MUST_USE err pool_new(unsigned threads, unsigned at_once, size_t queue_max,
		      void (*run)(struct pool_job *job), struct pool **pool);

/* Called now and then, by any thread: where jobs wait and none has been taken for a while,
 * one more thread works until the queue is empty. */
void pool_stir(struct pool *p);

/* False: the queue is full, or the pool is being freed. */
bool pool_put(struct pool *p, struct pool_job *job);

/* The same, beyond the bound: for the rest of something that was begun. */
void pool_put_more(struct pool *p, struct pool_job *job);
void pool_free(struct pool *p); /* NULL is fine */
