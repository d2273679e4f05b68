/* send/pace.h: how many sessions a destination may have at once. It opens slowly, gives
 * way to who refuses or is slow, and leaves alone for a while who cannot be reached.
 * Pure: no lock, and the time (milliseconds) is the caller's.
 *
 *     struct pace p = { 0 };
 *     if (sessions < pace_most(&p, limit) && !pace_is_closed(&p, now)) ... one more
 *     pace_good(&p, 3, limit);   // three answers came, and quickly
 *     pace_bad(&p);              // refused for now, or slow: half as many
 *     pace_failed(&p, now);      // no session came to be: a pause, longer each time
 */
#pragma once

#include "base/str.h"

enum {
	PACE_FIRST = 2,       /* sessions to a destination that is not known */
	PACE_SLOW_MS = 10000, /* who takes longer to answer is slow */
	PACE_PAUSE_MS = 2000, /* after one failure; each further one doubles it */
	PACE_PAUSE_MOST_MS = 60000,
};

struct pace {
	size_t most;          /* sessions at once; 0: nothing is known */
	size_t good;          /* answers since most grew */
	unsigned failures;    /* in a row */
	int64_t closed_until; /* 0: open */
};

size_t pace_most(const struct pace *p, size_t limit); /* at least 1, at most limit */
bool pace_is_closed(const struct pace *p, int64_t now);

/* One session more for each cohort of good answers, that is one answer a session.
 * True: it grew. */
bool pace_good(struct pace *p, size_t answers, size_t limit);
void pace_bad(struct pace *p);

/* Several sessions that fail at one time are one failure. */
void pace_failed(struct pace *p, int64_t now);

/* The pause after that many failures in a row. */
int64_t pace_pause(unsigned failures);

/* Whether now is before until. Where the clock was set back nothing stays closed for
 * longer than the longest pause. */
bool pace_is_before(int64_t now, int64_t until);
