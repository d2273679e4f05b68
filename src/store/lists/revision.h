/* store/lists/revision.h: a number that grows with every change of a domain, a
 * list, a setting or an alias, so that a snapshot knows when it is old. */
#pragma once

#include "store/store.h"

MUST_USE err revision_get(struct book *b, int64_t *revision);
