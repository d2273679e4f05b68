/* mail/leave_token.h: the tag in a personal leave link. It names the member by number and
 * is keyed, so that nobody can take another member off a list:
 *
 *     4711.k3x…   <->   member 4711 of dev@lists.example */
#pragma once

#include "base/mac.h"

/* list: "dev@lists.example". */
str leave_token(struct arena *a, const struct mac_key *key, str list, int64_t member);

/* False, *member untouched: it was not made for that list. */
bool leave_token_check(struct arena *a, const struct mac_key *key, str list, str token,
		       int64_t *member);
