/* web/stamp.h: what a guest's form carries instead of a session's token: when and
 * for which network the page was made, with a keyed tag. A robot that fills in
 * every form it meets does so at once, or weeks later from elsewhere.
 *
 *     str stamp = stamp_make(a, &key, STR("join dev@lists.example"), network, now);
 *     if (stamp_check(a, &key, form, network, now, sent) != STAMP_GOOD) ...
 */
#pragma once

#include "base/mac.h"

enum { STAMP_LEAST = 2, STAMP_MOST = 86400 }; /* seconds */

enum stamp_state {
	STAMP_GOOD,
	STAMP_YOUNG, /* sent faster than anybody reads and types */
	STAMP_OLD,
	STAMP_WRONG, /* none of ours, of another form, or of another network */
};

/* form: which one, and of what. network: as a throttle counts it. now: seconds. */
str stamp_make(struct arena *a, const struct mac_key *key, str form, str network,
	       int64_t now);
enum stamp_state stamp_check(struct arena *a, const struct mac_key *key, str form,
			     str network, int64_t now, str stamp);
