/* send/copy.h: the bytes that one recipient gets: the shared body, and of that copy alone
 * some fields and, where the list says who reads it, some lines in between. The same
 * functions show a copy on the outbox page.
 *
 *     TRY(letter_load(outbound, id, &letter));
 *     struct copy_parts p;
 *     copy_make(a, letter, &mac, member, &reader, &p);
 *     -> p.reverse_path, p.parts[0..p.count]
 *     letter_drop(letter);
 */
#pragma once

#include "base/mac.h"
#include "mail/reader.h"
#include "smtp/client.h"
#include "store/outbound/message.h"
#include "trust/arc.h"
#include "trust/keyring.h"

#include <pthread.h>

struct letter_gap { /* a line that each copy has of its own, and what follows */
	enum reader_word word;
	struct smtp_part after;
};

struct sealer; /* seal.h */

/* What one thread does, and all others wait for. */
enum letter_work { LETTER_OPEN, LETTER_AT_WORK, LETTER_DONE };

struct letter { /* a message, loaded once, shared by its copies */
	struct arena *a;
	_Atomic int users;
	struct outbound_message row;
	size_t octets;               /* of memory, about */
	str whole;                   /* as it was queued, in one piece */
	struct smtp_part head, rest; /* before and behind the personal fields */
	struct letter_gap *gaps;     /* behind rest, in order; mostly none */
	size_t gap_count;
	pthread_mutex_t lock; /* of head and what follows; nobody asks DNS under it */
	pthread_cond_t done;  /* one of seal.h's two works */
	_Atomic int sealed, set_checked;      /* how far they are, enum letter_work */
	struct dkim_plan *plans[KEYRING_MAX]; /* how its copies are signed, a key each */
	size_t plan_count;
	struct arc_sealing *set; /* where each copy has an ARC set of its own */
	const struct sealer *by; /* who makes it */
	bool set_holds;          /* that of the first copy did */
	struct letter *plain;    /* letter_plain has made it; NULL: not, or not yet */
	struct letter *seven;    /* and letter_seven */
	bool asked_plain, asked_seven;
};

struct copy_parts {
	str reverse_path;
	struct smtp_part parts[4 + 2 * READER_MOST]; /* one is for signatures: seal.h */
	size_t count;
	size_t body; /* the part in which the body begins, behind an empty line */
	str fields;  /* the personal ones, a part of their own */
};

/* ERR_NOTFOUND: the message or its body is gone. */
MUST_USE err letter_load(struct book *outbound, int64_t id, struct letter **l);
struct letter *letter_keep(struct letter *l);
void letter_drop(struct letter *l); /* NULL is fine; the last one frees it */

/* The same letter with its header in ASCII, for a server without SMTPUTF8 (RFC 6531
 * section 3.2 lets no other leave for it); it goes with l. NULL: it has no such form, or the
 * author's signature, which holds over l alone, is what From rests on. */
struct letter *letter_plain(struct letter *l);

/* The same letter in 7 bits, for a server without 8BITMIME (mail/seven.h), as
 * letter_plain. */
struct letter *letter_seven(struct letter *l);

/* What a member's copy is made of (member 0: one without a member). who: reads it. The
 * parts are the letter's, or in a. */
void copy_make(struct arena *a, const struct letter *l, const struct mac_key *mac,
	       int64_t member, const struct reader *who, struct copy_parts *p);

/* Whether all recipients get the same octets by the same return path. */
bool copy_is_shared(const struct outbound_message *m);

/* The same as one text. */
str copy_whole(struct arena *a, const struct letter *l, const struct mac_key *mac,
	       int64_t member, const struct reader *who);

/* The body alone, of parts that copy_make has made. */
str copy_body(struct arena *a, const struct copy_parts *p);
