/* web/bell.h: a bell that many threads may wait for. What it tells stands
 * elsewhere: who heard it looks there, and a ring that fell before the look is
 * not missed.
 *
 *     struct bell *b = bell_new(24);
 *     if (bell_enter(b)) {
 *             uint64_t heard;
 *             while (heard = bell_heard(b), !look() && clock_mono_ms() < until)
 *                     bell_wait(b, heard, until);
 *             bell_leave(b);
 *     }
 *     bell_ring(b);                          // another thread
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bell;

/* At most so many wait at one time; on the heap. */
struct bell *bell_new(unsigned most);
void bell_free(struct bell *b); /* nobody waits any more; NULL is fine */

/* False: as many wait as may. Else bell_leave follows. */
bool bell_enter(struct bell *b);
void bell_leave(struct bell *b);

/* How often it has rung; to be asked before one looks. */
uint64_t bell_heard(struct bell *b);

/* Until it has rung once more than heard, or until the deadline (clock_mono_ms). */
void bell_wait(struct bell *b, uint64_t heard, int64_t deadline);
void bell_ring(struct bell *b);
