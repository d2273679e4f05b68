/* lists/expire.h: what time alone brings about: tokens, held posts, requests,
 * sessions, old memories. Called once a minute by post, and by `postern tick`. */
#pragma once

#include "lists/office.h"

MUST_USE err expire_run(struct office *o, struct arena *a, int64_t now);
