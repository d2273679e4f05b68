/* archive/refill.h: the words of posts that the index lacks since it is made anew: after an
 * update of the program that cuts texts in another way. Meanwhile what is found is right,
 * but not all; a page of a search says so. */
#pragma once

#include "base/err.h"
#include "store/store.h"

/* And what a search has at hand of each post (store/archive/facts.h), which goes with every
 * change. Some posts, the newest first, in a transaction of its own. *more: call it again. A post
 * whose message cannot be read stays without words; archive_verify tells. */
MUST_USE err archive_refill(struct book *b, bool *more);
