/* send/turns.h: whose turn it is. What shares fairly is a flow: a list, an account, an
 * alias. Each flow has its turn, and within it each of its messages: a list with fifty
 * posts under way has the share of one with one, and its small post is not behind its
 * large one. Pure: no lock.
 *
 *     struct line { struct turn turn; ... };      the turn stands first
 *     turns_add(&t, &line->turn, turns_flow(&message));
 *     while ((line = (struct line *)turns_first(&t))) {
 *             ... some of it
 *             more ? turns_pass(&t) : turns_leave(&t, &line->turn);
 *     }
 */
#pragma once

#include "store/outbound/message.h"

struct turn { /* at the head of its owner's memory */
	struct turn *next;
	struct flow *flow; /* while it is in */
	int64_t message;
};

struct flow {
	struct flow *next;
	uint64_t id;
	struct turn *first, *last;
	size_t turns;
	size_t waiting; /* the owner's count */
};

struct turns {
	struct flow *first, *last;
};

/* What a message is part of; for the life of this process. */
uint64_t turns_flow(const struct outbound_message *m);

/* Behind all others of its flow; turn->message is set. */
void turns_add(struct turns *t, struct turn *turn, uint64_t flow);

struct turn *turns_first(const struct turns *t); /* NULL: nobody */
void turns_pass(struct turns *t);                /* the first had its turn */

/* Takes it out. Was it the first, its flow had its turn. */
void turns_leave(struct turns *t, struct turn *turn);

void turns_free(struct turns *t); /* with all that are in */

/* Both NULL where there is none; who came or passed last is found at once. */
struct flow *turns_of(const struct turns *t, uint64_t flow);
struct turn *turns_find(const struct turns *t, uint64_t flow, int64_t message);
