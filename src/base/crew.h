/* base/crew.h: threads that wait for the next piece of work a while before they
 * leave, so that a session a connection costs no thread a connection.
 *
 *     struct crew *c = crew_new();
 *     TRY(crew_run(c, session, caller));   // on a thread of its own, at once
 */
#pragma once

#include "base/err.h"

struct crew; /* as long as the process */

struct crew *crew_new(void);

/* Runs fn(arg) on a thread that waits, else on a new one; never queues.
 * ERR_LIMIT: the system gives no more threads. */
MUST_USE err crew_run(struct crew *c, void (*fn)(void *arg), void *arg);
