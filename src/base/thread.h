/* base/thread.h: threads with small stacks, and the lock that pairs with a
 * deadline. Nothing here is specific to mail. */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <pthread.h>

enum { THREAD_STACK = 256 * 1024 }; /* a session's; OpenSSL needs some 60 KB */

/* Starts fn(arg) on a detached thread of THREAD_STACK bytes.
 * ERR_LIMIT: the system gives no more threads. */
MUST_USE err thread_start(void *(*fn)(void *), void *arg);

/* The same, joinable with pthread_join. */
MUST_USE err thread_start_joinable(pthread_t *id, void *(*fn)(void *), void *arg);

/* A condition whose waits end by clock_mono_ms. */
void thread_cond_init(pthread_cond_t *c);

/* Waits on c, m held, until woken (true) or until the deadline (false). */
bool thread_wait_until(pthread_cond_t *c, pthread_mutex_t *m, int64_t mono_ms);

/* Whom the calling thread tells when it waits for somebody else's work, so that another one
 * may work meanwhile; ctx must last as long as the thread. */
void thread_tell_waits(void (*tell)(void *ctx, bool waits), void *ctx);

/* It waits from now on; it goes on. Of a thread that tells nobody nothing happens. */
void thread_waits(bool waits);

/* From now on the calling thread gives way to all others that have something to do. */
void thread_give_way(void);

void thread_sleep(int64_t ms); /* at least; this thread alone */
