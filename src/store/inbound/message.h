/* store/inbound/message.h: mail that was accepted and not yet dealt with. smtpd
 * adds, post takes away one recipient after the other.
 *
 *     TRY(book_begin(inbound));
 *     for each waiting session:
 *             TRY(inbound_add(inbound, &m, recipients, count));
 *     TRY(book_commit(inbound));        -> now each of them may hear 250
 *
 *     while (inbound_next(inbound, a, after, &m, &found), found) ...
 *
 * What is read lives in the caller's arena. */
#pragma once

#include "store/store.h"

enum { INBOUND_ROW_MAX = 64 * 1024 }; /* larger bodies go into files, see file.h */

struct inbound_message {
	int64_t id;
	int64_t received_at; /* milliseconds */
	str reverse_path;    /* "" is the null path */
	str client;          /* the peer's address; "local" by the local door */
	str helo;
	str protocol;    /* ESMTPSA and kin (RFC 3848) */
	int64_t account; /* the person who signed in, or 0 */
	str trust;       /* authentication results, JSON */
	str envid;       /* RFC 3461 ENVID, xtext undone */
	str ret;         /* FULL, HDRS or "" */
	int64_t size;    /* octets of the whole message */
	str body;        /* the whole message where file is "" */
	str file;        /* else the name that inbound_file_write gave */
};

struct inbound_recipient {
	int64_t n; /* order of RCPT; inbound_add numbers them itself */
	str address;
	str notify; /* RFC 3461 NOTIFY, or "" */
	str orcpt;  /* RFC 3461 ORCPT, or "" */
	str refused; /* why it was refused at the end of DATA, "rule: verdict (reason)": the
		      * message is word of that for the ledger, of its header only the
		      * fields that name it; or "" */
};

/* Adds a message and sets m->id. Many may share a transaction: one sync. The
 * body's file, where it has one, is synced before this is called. */
MUST_USE err inbound_add(struct book *b, struct inbound_message *m,
			 const struct inbound_recipient *r, size_t count);

/* The first message whose id is larger than after, with its body unless that
 * is in a file; *found false where there is none. */
MUST_USE err inbound_next(struct book *b, struct arena *a, int64_t after,
			  struct inbound_message *m, bool *found);

/* ERR_NOTFOUND: it is done. */
MUST_USE err inbound_get(struct book *b, struct arena *a, int64_t id,
			 struct inbound_message *m);

/* Those still to be dealt with, in order. */
MUST_USE err inbound_recipients(struct book *b, struct arena *a, int64_t message,
				struct inbound_recipient **r, size_t *count);

/* Recipient n is dealt with; the message goes with its last one. Then *file names
 * the body's file ("" where it has none): remove it once this is committed. Doing
 * the same again changes nothing. */
MUST_USE err inbound_done(struct book *b, struct arena *a, int64_t message, int64_t n,
			  str *file);

MUST_USE err inbound_count(struct book *b, int64_t *messages);

/* The newest message; 0 where there is none. */
MUST_USE err inbound_last(struct book *b, int64_t *id);

/* When the oldest message came, in milliseconds; 0 where there is none. */
MUST_USE err inbound_oldest(struct book *b, int64_t *received_at);

/* What stands behind the message `after`; all 0 where there is none. */
struct inbound_waiting {
	int64_t messages;       /* at the most: ids that lack count, too */
	int64_t oldest, newest; /* when they came, in milliseconds */
};
MUST_USE err inbound_waiting(struct book *b, int64_t after, struct inbound_waiting *w);
