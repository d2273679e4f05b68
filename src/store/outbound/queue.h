/* store/outbound/queue.h: the deliveries as an admin sees and steers them
 * (`postern queue`). A filter names one delivery, one message's, or one
 * destination's; what is 0 or "" does not matter, an empty filter means all.
 *
 *     struct queue_filter f = { .destination = STR("uni.example") };
 *     TRY(queue_hold(b, &f, &changed));
 */
#pragma once

#include "store/outbound/delivery.h"

struct queue_filter {
	int64_t id, message;
	str destination;
};

struct queue_row {
	struct delivery delivery;
	int64_t created_at; /* milliseconds, of its message */
	str reverse_path, list, subject, source;
	bool frozen;
	int64_t inbound;
};

struct queue_destination {
	str name;
	int64_t deliveries, held, tried; /* tried: of them, those that failed before */
	int64_t oldest;                  /* milliseconds, of the message */
	int64_t first;                   /* the message that waits longest */
	int64_t next_at;                 /* seconds, the earliest scheduled; 0: none */
	str last_reply;                  /* of one that failed of late, or "" */
};

/* In order of id, after that id, at most limit. */
MUST_USE err queue_list(struct book *b, struct arena *a, const struct queue_filter *f,
			int64_t after, size_t limit, struct queue_row **rows,
			size_t *count);

/* The messages of which something waits, in order, after that one. */
MUST_USE err queue_messages(struct book *b, struct arena *a, int64_t after, size_t limit,
			    int64_t **ids, size_t *count);

/* Every destination that is owed something, most deliveries first. */
MUST_USE err queue_destinations(struct book *b, struct arena *a,
				struct queue_destination **d, size_t *count);

/* Each works in transactions of its own of 1,000 rows, so none must be open;
 * *changed counts the deliveries. retry: due at once, unless held. remove: gone, each
 * with an entry "removed" and the reason in the ledger. */
MUST_USE err queue_hold(struct book *b, const struct queue_filter *f, int64_t *changed);
MUST_USE err queue_release(struct book *b, const struct queue_filter *f,
			   int64_t *changed);
MUST_USE err queue_retry(struct book *b, const struct queue_filter *f, int64_t *changed);
MUST_USE err queue_remove(struct book *b, const struct queue_filter *f, int64_t now_ms,
			  str reason, int64_t *changed);
