/* lists/audience.h: whom of a list's members a post passes over, for whatever reason. A list
 * that has neither topics nor siblings, and a post that came to it alone, ask nothing of the
 * book for it.
 *
 *     struct audience who = { ... };
 *     bool *gone;
 *     TRY(audience_passes_over(lists, a, &who, members, n, &gone));
 */
#pragma once

#include "base/map.h"
#include "lists/topics.h"

struct audience {
	int64_t list;
	int64_t own;          /* the member who wants no copy of own posts; 0: nobody */
	struct map *has_copy; /* address keys in To and Cc, for who wants no second one */
	str fits;             /* topics_of_post: "" asks nobody's choice */
	struct topics topics; /* of the list */
	int64_t *elsewhere;   /* lists whose regular members have it from there */
	size_t elsewhere_count;
	int64_t *crossed; /* likewise, for who wants no second copy */
	size_t crossed_count;
};

/* Of a batch in order of id that begins behind after: gone[i] where members[i] gets no
 * copy; NULL where everybody gets one. */
MUST_USE err audience_passes_over(struct book *lists, struct arena *a,
				  const struct audience *who, int64_t after,
				  const struct member_copy *members, size_t n,
				  bool **gone);
