/* base/helper.h: a second thread for half of a piece of work that somebody waits for. To
 * wake a thread may take long: a half that it has not begun is taken back.
 *
 *     struct helper *h = helper_new();               // one a process
 *     bool helped = helper_start(h, work, &second);
 *     work(&first);
 *     if (!helped || !helper_end(h))
 *             work(&second);
 */
#pragma once

#include <stdbool.h>

struct helper; /* as long as the process */

/* NULL where the process has one processor or gets no more threads. */
struct helper *helper_new(void);

/* May run fn(arg) beside the caller, who must call helper_end. False: it is busy with
 * somebody else's work, or h is NULL, and nothing runs. */
bool helper_start(struct helper *h, void (*fn)(void *arg), void *arg);

/* True: what was started has run to its end. False: it had not begun, and never will.
 * Then others may use it. */
bool helper_end(struct helper *h);
