/* store/outbound/message.h: what leaves: one row a message, its body once,
 * whatever the number of copies.
 *
 *     TRY(book_begin(b));
 *     TRY(outbound_add(b, &m, &fresh));        -- m.source makes it idempotent
 *     if (fresh)
 *             TRY(outbound_body_write(b, m.id, body));
 *     TRY(delivery_add(b, m.id, copies, count));
 *     TRY(outbound_progress(b, m.id, last_member, false));
 *     TRY(book_commit(b));                     -- and so on, 1,000 copies a time
 */
#pragma once

#include "store/store.h"

enum { BODY_PIECE = 64 * 1024 }; /* octets a row of the body holds */

struct outbound_message {
	int64_t id;
	str source;      /* "17/dev@lists.example": inbound id and what it became */
	int64_t inbound; /* 0 where we wrote it ourselves */
	str kind; /* post, digest, notice, forward, rewritten (a forward with our From),
			   submission, dsn, probe */
	str list; /* dev@lists.example, or "" */
	str reverse_path; /* of copies without a member; "" is the null path */
	bool verp;        /* each copy has its own return path */
	str message_id;   /* without < > */
	str subject;
	int64_t created_at; /* milliseconds */
	str envid, ret;     /* RFC 3461 */
	int64_t size;       /* octets of the body without personal fields */
	int64_t split;      /* octet at which personal fields go in */
	str personal;       /* fields with {leave} for the copy's own token; or "" */
	str marks;          /* what begins each mark in the body (mail/reader.h); or "" */
	bool smtputf8, eightbit;
	bool author_signed; /* and that counts: it leaves in no other form */
	int64_t tls;        /* what it asks for, enum tls_want of mail/tls_want.h */
	int64_t fanned_to;  /* member id up to which deliveries exist */
	bool complete;      /* every delivery has been made */
	bool frozen;        /* a budget was exceeded or an admin holds it */
	bool kept;          /* false: the body was cleaned away */
	int64_t copies;     /* deliveries made so far, those that are over too */
};

/* Adds a message and sets m->id, *fresh true; where its source is there already,
 * only reads that one's id, fanned_to, complete, frozen and copies into m, *fresh false. */
MUST_USE err outbound_add(struct book *b, struct outbound_message *m, bool *fresh);

/* ERR_NOTFOUND: no such message. */
MUST_USE err outbound_get(struct book *b, struct arena *a, int64_t id,
			  struct outbound_message *m);

/* All those made from one arrival, or with one Message-ID; oldest first. */
MUST_USE err outbound_by_inbound(struct book *b, struct arena *a, int64_t inbound,
				 struct outbound_message **m, size_t *count);
MUST_USE err outbound_by_message_id(struct book *b, struct arena *a, str message_id,
				    struct outbound_message **m, size_t *count);

/* Those whose fan-out was interrupted: to be continued after fanned_to. */
MUST_USE err outbound_unfinished(struct book *b, struct arena *a,
				 struct outbound_message **m, size_t *count);

/* Messages with ids above after, at most limit, in order, and whether deliveries of each
 * are there or may still come. */
struct outbound_owing {
	int64_t id;
	bool owing;
};
MUST_USE err outbound_owing_after(struct book *b, struct arena *a, int64_t after,
				  size_t limit, struct outbound_owing **m, size_t *count);

/* Whether all its deliveries have been made; also of one that is gone. */
MUST_USE err outbound_is_complete(struct book *b, int64_t id, bool *complete);

/* The newest ones before id (0: from the newest), at most limit. */
MUST_USE err outbound_before(struct book *b, struct arena *a, int64_t id, size_t limit,
			     struct outbound_message **m, size_t *count);

/* Deliveries exist up to that member; complete: there will be no more. */
MUST_USE err outbound_progress(struct book *b, int64_t id, int64_t fanned_to,
			       bool complete);

/* Stops, or lets go, all deliveries of a message, also those still to be made. */
MUST_USE err outbound_freeze(struct book *b, int64_t id, bool frozen);
MUST_USE err outbound_frozen(struct book *b, struct arena *a, struct outbound_message **m,
			     size_t *count);

/* The body, in pieces of BODY_PIECE (the last may be shorter), numbered from 0. */
MUST_USE err outbound_body_write(struct book *b, int64_t message, str body);
MUST_USE err outbound_body_piece(struct book *b, int64_t message, int64_t n, str bytes);

/* Octets from..from+length of the body, fewer at its end. ERR_NOTFOUND: there is no
 * body (any more). */
MUST_USE err outbound_body_read(struct book *b, struct arena *a, int64_t message,
				int64_t from, int64_t length, str *bytes);

/* Takes the bodies of at most limit messages that are complete, have no delivery
 * left and are older than before (ms). The rows stay, for trace. */
MUST_USE err outbound_clean(struct book *b, int64_t before, size_t limit, int64_t *gone);

/* The same at once for the message of that source and letters about it, whose subjects go as
 * well, and for digests and moderators' morning letters since then (ms). *waits: a copy of one has not left yet. */
MUST_USE err outbound_message_blank(struct book *b, str source, str list, int64_t since,
				    bool *waits);

/* Forgets at most limit cleaned messages older than before (ms). */
MUST_USE err outbound_expire(struct book *b, int64_t before, size_t limit, int64_t *gone);
