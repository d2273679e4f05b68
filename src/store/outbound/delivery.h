/* store/outbound/delivery.h: one recipient still owed a copy. A row is in one of
 * three states: new (next_at 0), scheduled (next_at a second, not held), held. The
 * sender walks the new ones of each message in order of id and asks for scheduled ones
 * by time:
 *
 *     TRY(delivery_claim_new(b, a, message, &after, 1000, &d, &count));
 *     TRY(delivery_due(b, a, clock_now(), 1000, &d, &count));
 *     ...
 *     TRY(book_begin(b));
 *     TRY(delivery_done(b, id));
 *     TRY(ledger_add(b, &entry, 1));
 *     TRY(book_commit(b));
 *
 * Nothing is written when a delivery is claimed: its claimer keeps the ids it is
 * working on, since delivery_due returns them again until an outcome is recorded. */
#pragma once

#include "store/outbound/message.h"

enum { HELD_ADMIN = 1, HELD_FROZEN = 2 }; /* bits of held */
enum { DELIVERY_NOW = 1 }; /* next_at of one that was released, or asked to be retried */

struct delivery {
	int64_t id, message;
	str destination; /* domain, lower case A-labels */
	str recipient;
	int64_t member; /* member id, 0 for none */
	str notify, orcpt;
	str reader; /* where the copy says who reads it: reader_pack of mail/reader.h */
	int64_t attempts; /* failed ones so far */
	int64_t next_at;  /* seconds; 0: new */
	int64_t held;     /* HELD_ bits */
	bool warned;      /* the delay was reported to the sender */
	str last_reply;
};

/* Adds deliveries of a message: destination, recipient, member, notify, orcpt and
 * reader of each; sets their ids. A frozen message's are held; its copies are counted. In batches
 * of 1,000. */
MUST_USE err delivery_add(struct book *b, int64_t message, struct delivery *d,
			  size_t count);

/* A message to one recipient as a whole, with its body; nothing where its source is there
 * already. In the caller's transaction. */
MUST_USE err delivery_alone(struct book *b, struct outbound_message *m, str body,
			    struct delivery *to);

/* The new ones among the next limit rows after id *after, which moves on past all
 * that were looked at, also when none of them was new. At the end *after stays.
 * Start with 0. */
MUST_USE err delivery_claim(struct book *b, struct arena *a, int64_t *after, size_t limit,
			    struct delivery **d, size_t *count);

/* The same among the rows of one message. */
MUST_USE err delivery_claim_new(struct book *b, struct arena *a, int64_t message,
				int64_t *after, size_t limit, struct delivery **d,
				size_t *count);

/* The new ones of one message and destination with ids above *after, up to upto, at most
 * limit; *after moves on to the last of them. For a walk that has passed them by. */
MUST_USE err delivery_claim_of(struct book *b, struct arena *a, int64_t message,
			       str destination, int64_t *after, int64_t upto,
			       size_t limit, struct delivery **d, size_t *count);

/* Those scheduled for now (seconds) or earlier, earliest first. */
MUST_USE err delivery_due(struct book *b, struct arena *a, int64_t now, size_t limit,
			  struct delivery **d, size_t *count);

/* At most limit of the same behind *at and *id, in that order; both move on to the last of
 * them. Start with 0, 0. */
MUST_USE err delivery_due_after(struct book *b, struct arena *a, int64_t now, int64_t *at,
				int64_t *id, size_t limit, struct delivery **d,
				size_t *count);

/* When the next scheduled one is due, in seconds; 0 where none is. */
MUST_USE err delivery_next_at(struct book *b, int64_t *at);

/* The outcomes. done: it is over, one way or the other; the ledger says which. later:
 * to be tried again at next_at. */
MUST_USE err delivery_done(struct book *b, int64_t id);
MUST_USE err delivery_done_all(struct book *b, int64_t *ids,
			       size_t count); /* sorts them */
MUST_USE err delivery_later(struct book *b, int64_t id, int64_t attempts, int64_t next_at,
			    str reply);
MUST_USE err delivery_warned(struct book *b, int64_t id);

/* ERR_NOTFOUND: it is over. */
MUST_USE err delivery_get(struct book *b, struct arena *a, int64_t id,
			  struct delivery *d);
MUST_USE err delivery_count(struct book *b, int64_t *count);
MUST_USE err delivery_left(struct book *b, int64_t message, int64_t *count);
