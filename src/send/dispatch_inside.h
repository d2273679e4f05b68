/* send/dispatch_inside.h: the dispatcher, among its own files. dispatch.c is its thread,
 * what it takes and the retries; claims.c the new ones, each message in turn. */
#pragma once

#include "send/sender_inside.h"
#include "store/outbound/message.h"

/* SOON_MS: a fan-out that is looked at sooner comes in crumbs, and each session waits for
 * each of its copies: a third of the rate. post wakes us at its end in any case. */
enum { KNOWN = 64, LOOK_MS = 1000, SOON_MS = 200 };

struct known { /* a message of late */
	int64_t id, created_at, inbound;
	enum tls_want want;
	bool shared; /* every copy is the same */
};

struct open_message { /* it may have new deliveries that nobody has looked at */
	struct open_message *next;
	int64_t id;
	int64_t after; /* its deliveries up to there have been claimed */
	int64_t seen;  /* or, where that failed half way, looked at */
};

struct dispatcher {
	struct sender *s;
	struct book *outbound;
	int64_t noticed; /* messages up to there were open at some time, or had nothing */
	struct open_message *open, **last_open; /* the first has its turn */
	size_t open_count;
	int64_t patience;           /* ms until an open one is looked at again */
	int64_t walked;             /* the highest delivery that a turn has looked at */
	int64_t ahead;              /* the highest that was claimed besides the turns */
	int64_t due_at;             /* when retries are looked for again */
	struct destination *behind; /* those with new ones that were left in the book */
	struct known known[KNOWN];
	size_t next_known;
};

/* --- dispatch.c --- */

bool dispatch_has_room(struct dispatcher *d); /* for CLAIM more */
void dispatch_open_sessions(struct dispatcher *d);

/* Claims the delivery, unless it is under way or its outcome is written. One that is
 * new and above seen was never read before. */
MUST_USE err dispatch_take_owed(struct dispatcher *d, struct arena *a,
				const struct delivery *x, int64_t seen);

/* --- claims.c --- */

/* New ones, as many as have room, each message in turn. */
MUST_USE err claim_new(struct dispatcher *d);

/* Those that the turns have left in the book, since too many waited for their
 * destination. */
MUST_USE err claim_behind(struct dispatcher *d);
void claims_free(struct dispatcher *d);
