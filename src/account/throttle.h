/* account/throttle.h: how often a sign-in may fail, by account and by
 * network. In memory, one a process, thread-safe.
 *
 *     if (!throttle_may(t, user, &peer)) ... 454 4.7.0 or "wait a while"
 *     if (!right) throttle_failed(t, user, &peer);
 */
#pragma once

#include "net/limit.h"

struct throttle;

struct throttle *throttle_new(void);
void throttle_free(struct throttle *t);

/* Before a secret is looked at. False: for this account or from this network (/24, /48)
 * too many were wrong of late: 20 at once and 60 an hour for an account, 12 and 48 for a
 * network. peer may be NULL; user empty: only the network is asked, where secrets are
 * too long to guess and no stranger may shut an account's owner out. Counts nothing:
 * who has the right secret is never put off for having used it. */
bool throttle_may(struct throttle *t, str user, const struct net_addr *peer);

/* After a wrong secret. */
void throttle_failed(struct throttle *t, str user, const struct net_addr *peer);
