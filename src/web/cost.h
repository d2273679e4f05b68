/* web/cost.h: what the guests of one network have cost lately, so that a crawler waits
 * before others do. Counted by network, a token bucket each: an IPv4 /24 and an IPv6 /48
 * are what is commonly given to one customer at most and routed as one (RFC 6177), so who
 * has such a network cannot take a new budget with each of its addresses; whoever else is
 * in it has little to suffer, as none but crawlers come near its end.
 *
 *     struct cost *c = cost_new(conf->web_budget * 1000000);
 *     int64_t wait = cost_wait(c, &q->client);      // seconds; 0: on
 *     ...
 *     cost_spend(c, &q->client, microseconds, octets);
 *
 * What is under way is never broken off: a network may come into debt, and waits until
 * that is paid. Thread-safe; of bounded memory: the network that was quiet longest is
 * forgotten. */
#pragma once

#include "net/addr.h"

#include <stdint.h>

struct cost;

/* budget: microseconds of processor time a minute for one network, and as much at once;
 * 0: any amount. */
struct cost *cost_new(int64_t budget);
void cost_free(struct cost *c); /* NULL is fine */

/* Seconds until the network of client has something left; 0: it has now. Where it has not,
 * that is counted and, at most once a minute for each network, logged. */
int64_t cost_wait(struct cost *c, const struct net_addr *client);

/* One of them was answered: processor time in microseconds, octets that are sent. */
void cost_spend(struct cost *c, const struct net_addr *client, int64_t microseconds,
		int64_t octets);

uint64_t cost_refusals(struct cost *c); /* how often cost_wait was not 0 */
size_t cost_networks(struct cost *c);   /* that are remembered */
