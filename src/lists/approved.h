/* lists/approved.h: a robot that knows the list's token (setting approved_token) writes
 * it in a field Approved, or as the first line of its text, and its post needs no
 * moderator, as in Mailman.
 *
 *     TRY(approved_take(a, &post));           // the token is out of post.message
 *     TRY(approved_judge(a, &post));          // and is it this list's?
 *     if (post.approved == APPROVED_RIGHT) ...
 *
 * Whatever stands there is taken out of the post before anybody reads it: moderators,
 * archive, digests and members have it without, also on a list that has no token, since
 * the same mail may be for one that has. In more than 1 MB what was said is made
 * unreadable where it stands as it is; encoded parts are written anew for the right token
 * alone. */
#pragma once

#include "lists/rules.h"

/* Once a message, under no lock. ERR_LIMIT: of mime_parse. */
MUST_USE err approved_take(struct arena *a, struct post *p);

/* After it, by the settings of the post's list; under no lock. */
MUST_USE err approved_judge(struct arena *a, struct post *p);
