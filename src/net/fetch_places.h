/* net/fetch_places.h: who may fetch at the moment. Places are few, and some servers hold
 * one as long as they can; so that they shut nobody else out, a network has some places
 * at most, who comes first goes first, and while somebody waits the oldest place goes to
 * them once it has been held for a fair time.
 *
 *     struct fetch_places *p = fetch_places_new(32, 4, 5000);
 *     struct fetch_place mine;
 *     if (fetch_places_enter(p, &mine, &addr, deadline)) {
 *             while (... && !fetch_places_spent(p, &mine)) ... fetch
 *             fetch_places_leave(p, &mine);
 *     } */
#pragma once

#include "net/addr.h"

struct fetch_places;

struct fetch_place { /* its holder's memory; private */
	struct fetch_place *next;
	unsigned char network[16];
	int64_t since;  /* clock_mono_ms; 0: it waits */
	uint64_t round; /* in which it was asked to go */
};

struct fetch_places *fetch_places_new(size_t most, size_t of_network, int64_t fair_ms);
void fetch_places_free(struct fetch_places *p); /* nobody has one or waits */

/* Waits for a place for the network that the address is in. False: there was none until
 * the deadline. */
bool fetch_places_enter(struct fetch_places *p, struct fetch_place *mine,
			const struct net_addr *addr, int64_t deadline);

/* Whether its holder should give it up: it has had its fair time, and of those that are
 * waited for it is among the oldest, one for each who waits. */
bool fetch_places_spent(struct fetch_places *p, const struct fetch_place *mine);
void fetch_places_leave(struct fetch_places *p, struct fetch_place *mine);
