/* lists/approved.h: a robot that knows the list's token (setting approved_token) writes
 * it in a field Approved, or as the first line of its text, and its post needs no
 * moderator, as in Mailman.
 *
 *     TRY(approved_take(a, &post));           // the token is out of post.message
 *     if (post.approved == APPROVED_RIGHT) ...
 *
 * Whatever stands there is taken out of the post before anybody reads it: moderators,
 * archive, digests and members have it without. On a list that has no token nothing is
 * looked for. */
#pragma once

#include "lists/rules.h"

MUST_USE err approved_take(struct arena *a, struct post *p);
