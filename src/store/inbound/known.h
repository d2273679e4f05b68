/* store/inbound/known.h: what smtpd's greylist (net/greylist.h) has to know after a restart:
 * the networks that have passed, and what waits.
 *
 *     TRY(known_all(inbound, a, KNOWN_NETWORKS, now - 35 * DAY, 50000, &x, &count));   at the start
 *
 *     TRY(book_begin(inbound));                                        now and then
 *     for each one that has passed since:
 *             TRY(known_add(inbound, KNOWN_NETWORKS, &x[i]));
 *     TRY(known_prune(inbound, KNOWN_NETWORKS, now - 35 * DAY, 50000));
 *     TRY(book_commit(inbound));
 */
#pragma once

#include "store/store.h"

enum known_kind {
	KNOWN_NETWORKS, /* "192.0.2.0", "2001:db8::"; when it passed */
	KNOWN_TRIES     /* the hash of a try; when it was first made */
};

struct known {
	str key;
	int64_t at; /* seconds */
};

/* Of two times the later stands, whichever comes first. */
MUST_USE err known_add(struct book *b, enum known_kind kind, const struct known *x);

/* The newest, at most limit, of those of since or later; the oldest of them first. */
MUST_USE err known_all(struct book *b, struct arena *a, enum known_kind kind,
		       int64_t since, size_t limit, struct known **x, size_t *count);

/* What known_all would not give goes. */
MUST_USE err known_prune(struct book *b, enum known_kind kind, int64_t since,
			 size_t limit);
