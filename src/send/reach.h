/* send/reach.h: the servers that could not be reached of late, by address, so that not
 * each session waits for the same dead one. Bounded; any thread. Times are milliseconds.
 *
 *     int64_t until;
 *     if (reach_may_dial(r, &hop, now, &until)) {
 *             e = dial(&hop);
 *             reach_told(r, &hop, now, !e.kind);
 *     } else ... the next server; or, where there is none, not before until
 */
#pragma once

#include "send/route.h"

enum { REACH_MOST = 4096 /* servers */, REACH_PROBE_MS = 35000 };

struct reach;

struct reach *reach_new(void);
void reach_free(struct reach *r);

/* False: it could not be reached, and until then nobody tries. When that time has come
 * one is let through, the others ask again a second later, until it has told what it
 * found, REACH_PROBE_MS at most. */
bool reach_may_dial(struct reach *r, const struct hop *hop, int64_t now, int64_t *until);
void reach_told(struct reach *r, const struct hop *hop, int64_t now, bool reached);

/* Who was let through did not dial: the next one may. */
void reach_let_go(struct reach *r, const struct hop *hop, int64_t now);
