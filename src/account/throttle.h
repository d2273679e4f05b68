/* account/throttle.h: how often a sign-in may be tried, by account and by
 * network. In memory, one a process, thread-safe.
 *
 *     if (!throttle_may(t, user, &peer)) ... 454 4.7.0 or "wait a while"
 *     if (!right) throttle_failed(t, &peer);
 */
#pragma once

#include "net/limit.h"

struct throttle;

struct throttle *throttle_new(void);
void throttle_free(struct throttle *t);

/* Before a secret is looked at. False: this account or this network (/24, /48) had
 * too many of late: 20 tries at once and 60 an hour for an account, 60 and 240 for a
 * network. peer may be NULL. Each call counts as a try. */
bool throttle_may(struct throttle *t, str user, const struct net_addr *peer);

/* After a wrong secret: counts four more for the network, so that one which guesses
 * is out sooner than one of many people who sign in. */
void throttle_failed(struct throttle *t, const struct net_addr *peer);
