/* send/dispatch_inside.h: the dispatcher, among its own files. dispatch.c is its thread,
 * what it takes and the retries, in order of time; due.c those of who has few, while others
 * fill memory; claims.c the new ones, each list in turn. */
#pragma once

#include "send/sender_inside.h"
#include "store/outbound/message.h"

/* SOON_MS: a fan-out that is looked at sooner comes in crumbs, and each session waits for
 * each of its copies: a third of the rate. post wakes us at every ten thousand copies and
 * at its end. */
enum { KNOWN = 64, LOOK_MS = 1000, SOON_MS = 200 };

struct known { /* a message of late */
	int64_t id, created_at, inbound;
	enum tls_want want;
	bool shared; /* every copy is the same */
	uint64_t flow;
};

struct open_message { /* it may have new deliveries that nobody has looked at */
	struct turn turn;
	uint64_t flow;
	int64_t after; /* its deliveries up to there have been claimed */
	int64_t seen;  /* or, where that failed half way, looked at */
};

struct dispatcher {
	struct sender *s;
	struct book *outbound;
	int64_t noticed; /* messages up to there were open at some time, or had nothing */
	struct turns open;
	struct turns idle;  /* those of them whose turn brought nothing */
	size_t open_count;  /* in both */
	struct turns later; /* beyond OPEN_MOST: each flow in turn gets in */
	size_t later_count;
	int64_t patience;           /* ms until an open one is looked at again */
	int64_t walked;             /* the highest delivery that a turn has looked at */
	int64_t ahead;              /* the highest that was claimed besides the turns */
	int64_t few_at, few_id;     /* how far due.c has looked at retries */
	int64_t due_at;             /* when retries are looked for again */
	struct destination *behind; /* those with new ones that were left in the book */
	struct known known[KNOWN];
	size_t next_known;
};

/* --- dispatch.c --- */

bool dispatch_has_room(struct dispatcher *d); /* for CLAIM more */
void dispatch_open_sessions(struct dispatcher *d);

/* Of what flow the message is; where that cannot be read they share one. */
uint64_t dispatch_flow(struct dispatcher *d, int64_t message);

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

/* --- due.c --- */

/* Memory is full, and more retries are due: of each flow that has few in memory some come
 * in all the same. */
MUST_USE err claim_few(struct dispatcher *d);
