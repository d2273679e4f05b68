/* smtp/client_inside.h: what the files of the client share. Not for others.
 *
 * client.c opens and closes; client_copy.c knows one copy: its commands, its
 * answers, whom was told what; client_data.c and client_bdat.c keep several of
 * them under way. */
#pragma once

#include "base/buf.h"
#include "smtp/client.h"

enum { FLIGHTS = SMTP_WINDOW };

struct flight { /* a copy under way */
	struct smtp_copy copy;
	bool *told; /* by recipient: its outcome is known */
	size_t told_room;
	size_t commands;   /* MAIL, RCPTs, and DATA */
	size_t sent, read; /* of the commands */
	size_t accepted;   /* recipients that wait for the message's answer */
	bool mail_ok;
	int data_code;         /* DATA's answer; 0: none */
	size_t command_octets; /* by BDAT: of its commands */
	bool body_sent;        /* whole: without an answer the outcome is unsure */
	bool over;             /* given back */
};

struct smtp_client {
	struct conn *c;
	const struct smtp_client_conf *conf;
	struct smtp_client_times times;
	struct smtp_offers offers;
	struct smtp_answer answer;
	struct buf out;        /* commands that were not written yet */
	struct buf pieces;     /* of one write: strs */
	struct arena *scratch; /* dots doubled in sending */
	err dead;              /* why nothing can be said or heard any more */
	err mute;      /* why nothing can be written; answers may still be there */
	bool closing;  /* 421 was said */
	int64_t begun; /* transactions */
	const struct smtp_feed *feed;
	struct flight flights[FLIGHTS];
};

/* --- client.c --- */

/* Reads one whole answer into x->answer. After 421 or a failure every read fails. */
MUST_USE err client_read(struct smtp_client *x, int64_t ms);

/* Writes x->out and behind it the count strs; forgets x->out. */
MUST_USE err client_write(struct smtp_client *x, const str *parts, size_t count);

struct smtp_outcome client_said(const struct smtp_client *x, enum smtp_stage stage);
struct smtp_outcome client_lost(const struct smtp_client *x, enum smtp_stage stage);

/* --- client_copy.c --- */

/* Takes the next copy that this server can have; the others get their outcome at once.
 * False: none, or the server wants no more in this connection. */
bool flight_pull(struct smtp_client *x, struct flight *f);
bool client_is_full(const struct smtp_client *x);

/* Adds command i to x->out: 0 is MAIL, then the RCPTs, then DATA. */
void flight_command(struct smtp_client *x, struct flight *f, size_t i);

int64_t flight_size(const struct flight *f); /* octets of its message, dots not doubled */

/* Whether all its commands may be written before an answer is read. */
bool flight_in_one(const struct smtp_client *x, const struct flight *f);

/* Writes what commands are not yet sent and reads the answers to all, in batches or one
 * at a time. Stops early where nobody would get the message. */
MUST_USE err flight_envelope(struct smtp_client *x, struct flight *f);
MUST_USE err flight_answer(struct smtp_client *x, struct flight *f); /* one of them */

/* The message's answer: one, or with LMTP one a recipient. */
MUST_USE err flight_end(struct smtp_client *x, struct flight *f);

/* Tells all who were not told (o NULL: there are none) and gives the copy back, once. */
void flight_finish(struct smtp_client *x, struct flight *f, const struct smtp_outcome *o);
void flight_lost(struct smtp_client *x, struct flight *f);

MUST_USE err client_reset(struct smtp_client *x); /* RSET and its answer */

/* The strs of the message, dots doubled or not, in x->pieces. */
const str *flight_pieces(struct smtp_client *x, const struct flight *f, bool dots,
			 size_t *count, int64_t *size);

/* --- client_data.c, client_bdat.c --- */

MUST_USE err client_send_data(struct smtp_client *x);
MUST_USE err client_send_chunks(struct smtp_client *x);

/* One copy by DATA with nothing else under way. */
MUST_USE err client_send_one(struct smtp_client *x, struct flight *f);
