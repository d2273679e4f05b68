/* lists/fanout.h: one post, many deliveries. The members are walked in order of
 * their number, 1,000 a transaction, behind a cursor in the message's own row,
 * so that a crash costs at most the batch that was not yet durable. */
#pragma once

#include "lists/books.h"
#include "lists/steps.h"
#include "store/outbound/message.h"

/* The next batch, inside the caller's transaction; m->fanned_to, m->copies and
 * m->complete say how far it came. The last one enters "queued" in the ledger. */
MUST_USE err fanout_batch(struct books *books, struct arena *a, int64_t list,
			  const struct outgoing *out, struct outbound_message *m);

/* All that is left, each batch in a transaction of its own. */
MUST_USE err fanout_rest(struct books *books, int64_t list, const struct outgoing *out,
			 struct outbound_message *m);

/* The ledger's entry of a message that is queued: "post to 3 recipients". of: whose
 * copies they are, a list's or an alias's address; more: what else is to be said. */
MUST_USE err queued_note(struct books *books, struct arena *a,
			 const struct outbound_message *m, str of, int64_t recipients,
			 str more);
