/* archive/mask.h: a message as guests get it from a list that hides addresses: the
 * domains in its header, in its text but for code, and in messages within it are gone, all
 * else is as it was.
 *
 *     mask_message(a, message)      From: Anna <anna@hidden.invalid>
 */
#pragma once

#include "base/arena.h"

/* Addresses in all fields but those that name messages, parts and lists, and those that the
 * page hides in texts: none in code, so a patch still applies, and none in files. */
str mask_message(struct arena *a, str message);

/* A text with the domain of each address in it replaced by hidden.invalid, which
 * reaches nobody (RFC 2606 section 2). */
str mask_text(struct arena *a, str text);
