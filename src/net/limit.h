/* net/limit.h: how much a client, its network and everybody together may do.
 * Counts are kept for the address (IPv6: its /64) and its network (/24, /48);
 * the peer of a Unix socket counts in the total alone. Thread-safe.
 *
 *     struct limit *l = limit_new(&(struct limit_rule){ .open = 50, .total = 3000 });
 *     if (limit_enter(l, &peer) != LIMIT_OK) ... 421
 *     limit_leave(l, &peer);
 *
 * and, for rates, a token bucket a key:
 *
 *     if (!rate_take(r, key, 1)) ... 450
 *
 * or one for each client, its network and all:
 *
 *     if (rates_take(r, &peer, 1) != LIMIT_OK) ... 451
 */
#pragma once

#include "base/str.h"
#include "net/addr.h"

struct limit_rule {    /* 0: no limit */
	int64_t open;  /* at one time from one client; four times as many a network */
	int64_t total; /* at one time from all */
};

enum limit_verdict { LIMIT_OK, LIMIT_CLIENT, LIMIT_NETWORK, LIMIT_TOTAL };

struct limit;
struct limit *limit_new(const struct limit_rule *rule);
void limit_free(struct limit *l);
enum limit_verdict limit_enter(struct limit *l, const struct net_addr *client);

/* Once for each LIMIT_OK, with the same client. */
void limit_leave(struct limit *l, const struct net_addr *client);
int64_t limit_open(struct limit *l); /* how many are in now */

/* burst at once, then per_hour an hour, for each key. The table is bounded:
 * the key that was quiet longest is forgotten. Thread-safe. */
struct rate;
struct rate *rate_new(double burst, double per_hour);
void rate_free(struct rate *r);
bool rate_take(struct rate *r, str key, double n); /* false: too much, nothing taken */
bool rate_has(struct rate *r, str key, double n);  /* would rate_take take it? */

struct rates_rule {    /* an hour, and as many at once; 0: no limit */
	double client; /* of one; four times as many a network */
	double total;  /* of all, but for who has used less than a fortieth of client */
};

/* A peer of a Unix socket counts in the total alone. Thread-safe. */
struct rates;
struct rates *rates_new(const struct rates_rule *rule);
void rates_free(struct rates *r);

/* Takes from all three or, where one has too little, from none: that one is the
 * verdict. So who is over its own limit spends nobody else's share. */
enum limit_verdict rates_take(struct rates *r, const struct net_addr *client, double n);
