/* store/inbound/known.h: the networks that have passed smtpd's greylist
 * (net/greylist.h), so that a restart lets in whom it knew.
 *
 *     TRY(known_all(inbound, a, now - 35 * DAY, 50000, &x, &count));   at the start
 *
 *     TRY(book_begin(inbound));                                        now and then
 *     for each one that has passed since:
 *             TRY(known_add(inbound, &x[i]));
 *     TRY(known_prune(inbound, now - 35 * DAY, 50000));
 *     TRY(book_commit(inbound));
 */
#pragma once

#include "store/store.h"

struct known_network {
	str network;       /* "192.0.2.0", "2001:db8::" */
	int64_t passed_at; /* seconds */
};

/* Of two times the later stands, whichever comes first. */
MUST_USE err known_add(struct book *b, const struct known_network *x);

/* The newest, at most limit, of those that passed at since or later; the oldest of them
 * first. */
MUST_USE err known_all(struct book *b, struct arena *a, int64_t since, size_t limit,
		       struct known_network **x, size_t *count);

/* What known_all would not give goes. */
MUST_USE err known_prune(struct book *b, int64_t since, size_t limit);
