/* send/flight.h: a set of row numbers that are under way, so that a row is not
 * claimed a second time before its outcome is written. One thread, or a lock. */
#pragma once

#include "base/str.h"

struct flight {
	int64_t *slots; /* 0: free */
	size_t used, size;
};

bool flight_has(const struct flight *f, int64_t id);
void flight_add(struct flight *f, int64_t id); /* id > 0 */
void flight_remove(struct flight *f, int64_t id);
void flight_free(struct flight *f);
