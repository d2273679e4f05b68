/* net/greylist.h: whoever is not known waits once (RFC 6647): a mail server tries again,
 * much of what only sends does not. What is known is kept in memory, bounded, and for
 * networks (/24, /64), since large senders try again from another machine.
 * What has passed is told once a day for who writes it down, what waits when it first does,
 * and both are given back after a restart. Thread-safe.
 *
 *     struct greylist *g = greylist_new(300);
 *     if (!greylist_knows(g, &client)
 *         && (wait = greylist_wait(g, &client, sender, domain)) > 0) ... 451
 *
 *     greylist_news(g, GREYLIST_PASSED, a, &x, &n);            one thread
 *     ... written ...
 *     greylist_written(g, GREYLIST_PASSED, n);
 */
#pragma once

#include "net/addr.h"

struct greylist;

/* delay: seconds from the first try to one that passes. */
struct greylist *greylist_new(int64_t delay);
void greylist_free(struct greylist *g);

/* Whether one of that network has passed within 35 days; then it is remembered anew. */
bool greylist_knows(struct greylist *g, const struct net_addr *client);

enum {
	GREYLIST_KNOWN_MAX = 50000,
	GREYLIST_KNOWN_SECONDS = 35 * 86400,
	GREYLIST_TRIES_MAX = 50000,
	GREYLIST_TRY_SECONDS = 2 * 86400,
};

enum greylist_kind {
	GREYLIST_PASSED, /* of a network: its first address, in words; when it passed */
	GREYLIST_TRIED, /* of network, sender and domain: a hash; when it was first tried */
	GREYLIST_KINDS
};

struct greylist_news {
	str key;
	int64_t at; /* seconds */
};

/* Those that are not written yet, in that order: of networks who is new, and who was last
 * told of a day ago; of tries what is new. They stay until greylist_written says that the
 * first n are. */
void greylist_news(struct greylist *g, enum greylist_kind kind, struct arena *a,
		   struct greylist_news **x, size_t *n);
void greylist_written(struct greylist *g, enum greylist_kind kind, size_t n);

/* One from before the start: the oldest first. */
void greylist_restore(struct greylist *g, enum greylist_kind kind, str key, int64_t at);

/* Seconds until a mail of that sender for that domain passes; 0: it passes, and from
 * now on its network is known. What was first tried two days ago begins anew. */
int64_t greylist_wait(struct greylist *g, const struct net_addr *client, str sender,
		      str domain);
