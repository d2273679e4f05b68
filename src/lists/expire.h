/* lists/expire.h: what time alone brings about: tokens, held posts, requests,
 * sessions, old memories. Called once a minute by post, and by `postern tick`. */
#pragma once

#include "lists/books.h"

MUST_USE err expire_run(struct books *books, struct arena *a, int64_t now);
