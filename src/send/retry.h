/* send/retry.h: when to try again. Pure. */
#pragma once

#include "base/str.h"

enum { RETRY_LONGEST = 4 * 3600, WARN_AFTER = 4 * 3600 };

/* The wait in seconds after that many failed attempts (at least 1): first, then
 * twice as long each time, at most RETRY_LONGEST (RFC 5321 section 4.5.4.1). */
int64_t retry_wait(int64_t first, int64_t attempts);
