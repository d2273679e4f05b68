/* store/lists/answered.h: whom automatic mail answered, how often a day, so that
 * nobody can make us answer without end (RFC 3834 section 2). day: days since
 * 1970. */
#pragma once

#include "store/store.h"

/* Counts one more; *times is the number of this day's, this one included. */
MUST_USE err answered_add(struct book *b, str address, int64_t day, int64_t *times);
MUST_USE err answered_count(struct book *b, str address, int64_t day, int64_t *times);

/* Whether anything is counted for a later day: an answer after which none may come until
 * then. */
MUST_USE err answered_beyond(struct book *b, str address, int64_t day, bool *yes);
MUST_USE err answered_expire(struct book *b, int64_t before_day, int64_t *gone);
