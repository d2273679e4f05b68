/* web/pages/narrow.h: the words of a search, narrowed by one term more or widened by it.
 *
 *     struct narrowed n = narrow(a, STR("crystal date:2016"), STR("date:2017"));
 *     n.words is "crystal date:2017", n.chosen false
 */
#pragma once

#include "base/arena.h"

struct narrowed {
	str words;   /* with the term; where it is there already, without it */
	bool chosen; /* it is there already */
};

/* term: from:"…" or date:YYYY. A term of its kind makes room for it, unless OR, NOT or a
 * parenthesis says what it belongs to: then all of them hold. */
struct narrowed narrow(struct arena *a, str words, str term);
