/* lists/publish.h: an accepted post goes through the steps, into the archive and
 * to the members. Each part is idempotent by the post's source, in an order in
 * which a crash between any two loses nothing:
 *
 *     archive (its number) -> kept for the digests -> outbound message with its body -> deliveries in
 *     batches of 1,000 behind a cursor -> the memory that knows duplicates where no
 *     archive does
 */
#pragma once

#include "lists/books.h"
#include "lists/rules.h"

/* Whether the list's archive has this post already: p->known, for the rules. */
MUST_USE err post_ask_archive(struct books *books, struct arena *a, struct post *p);

/* judgement: the trace of the rules, or who let it pass; kept in the ledger. */
MUST_USE err post_publish(struct books *books, struct arena *a, const struct post *p,
			  str judgement);

/* Whether it began already: then it must be ended, whatever the rules or a
 * moderator would say now. */
MUST_USE err post_has_begun(struct books *books, struct arena *a, str source, bool *yes);

/* The inbound number in front of a source ("17/dev@…"). */
int64_t source_inbound(str source);
