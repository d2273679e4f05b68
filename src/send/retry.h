/* send/retry.h: when to try again. Pure. */
#pragma once

#include "base/str.h"

enum {
	RETRY_LONGEST = 4 * 3600,
	WARN_AFTER = 4 * 3600,
	GREYLIST_WAIT = 300, /* what most of them want, in seconds */
};

/* The wait in seconds after that many failed attempts (at least 1): first, then
 * twice as long each time, at most RETRY_LONGEST (RFC 5321 section 4.5.4.1). A tenth of
 * it or less is taken off, by the delivery's number, so that what failed together does
 * not come back together. */
int64_t retry_wait(int64_t first, int64_t attempts, int64_t delivery);

/* The same after a first attempt that was greylisted: GREYLIST_WAIT and a little more
 * (RFC 6647 section 4.2), unless first is shorter. */
int64_t retry_greylisted(int64_t first, int64_t delivery);

/* Whether an answer smells of greylisting: come again, and we may take it. */
bool is_greylisting(int code, str status, str text);
