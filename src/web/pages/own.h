/* web/pages/own.h: the memberships of who is signed in on the list at hand. Who writes from
 * one address and reads at another has two; ?as= says which one a page is about.
 *
 *     TRY(own_memberships(q, &own));
 *     if (own.count)
 *             ... own.chosen
 */
#pragma once

#include "store/lists/member.h"
#include "web/pages/forms.h"

struct own {
	struct member_row *all; /* the one where the list writes first */
	size_t all_count;
	size_t count;             /* 0: there is none, or none at that address; else 1 */
	struct member_row chosen; /* the one that is named, else the first */
};

MUST_USE err own_memberships(struct request *q, struct own *own);
