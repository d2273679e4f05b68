/* lists/accept.h: an accepted post goes through the steps, into the archive and
 * to the members. Each part is idempotent by the post's source, in an order in
 * which a crash between any two loses nothing:
 *
 *     archive (its number) -> outbound message with its body -> deliveries in
 *     batches of 1,000 behind a cursor -> the duplicate's memory
 */
#pragma once

#include "lists/office.h"
#include "lists/rules.h"

/* by: the moderator who let it pass, or NULL where the rules did. */
MUST_USE err post_accept(struct office *o, struct arena *a, const struct post *p, const char *by);

/* Goes on with messages whose fan-out a crash cut off. Called at start. */
MUST_USE err fanout_resume(struct office *o, struct arena *a);
