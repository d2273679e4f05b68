/* net/greylist.h: whoever is not known waits once (RFC 6647): a mail server tries again,
 * much of what only sends does not. What is known is kept in memory, bounded, and for
 * networks (/24, /64), since large senders try again from another machine.
 * Thread-safe.
 *
 *     struct greylist *g = greylist_new(300);
 *     if (!greylist_knows(g, &client)
 *         && (wait = greylist_wait(g, &client, sender, domain)) > 0) ... 451
 */
#pragma once

#include "net/addr.h"

struct greylist;

/* delay: seconds from the first try to one that passes. */
struct greylist *greylist_new(int64_t delay);
void greylist_free(struct greylist *g);

/* Whether one of that network has passed within 35 days; then it is remembered anew. */
bool greylist_knows(struct greylist *g, const struct net_addr *client);

/* Seconds until a mail of that sender for that domain passes; 0: it passes, and from
 * now on its network is known. What was first tried two days ago begins anew. */
int64_t greylist_wait(struct greylist *g, const struct net_addr *client, str sender,
		      str domain);
