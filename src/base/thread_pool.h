/* base/thread_pool.h: threads that wait for the next piece of work a while before they
 * leave, so that a session a connection costs no thread a connection.
 *
 *     struct thread_pool *pool = thread_pool_new();
 *     TRY(thread_pool_run(pool, session, caller));   // on a thread of its own, at once
 */
#pragma once

#include "base/err.h"

struct thread_pool; /* as long as the process */

struct thread_pool *thread_pool_new(void);

/* Runs fn(arg) on a thread that waits, else on a new one; never queues.
 * ERR_LIMIT: the system gives no more threads. */
MUST_USE err thread_pool_run(struct thread_pool *pool, void (*fn)(void *arg), void *arg);
