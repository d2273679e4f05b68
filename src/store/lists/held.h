/* store/lists/held.h: posts that wait for a moderator. */
#pragma once

#include "store/store.h"

struct held_row {
	int64_t id, list;
	str source;      /* "17/dev@lists.example" */
	int64_t held_at; /* seconds */
	str reverse_path;
	int64_t account; /* person who signed in to send it, or 0 */
	str author;      /* From, address only */
	str author_name;
	str subject, message_id;
	str rule; /* which one held it */
	str asked; /* what every rule said, "loop=miss member=hold" (judgement_asked); "" not known */
	str reason; /* in words, each a line (said_together) */
	str trust;  /* JSON */
	int64_t size;
	str verdict; /* accepted, rejected, discarded, expired, withdrawn; "" waits */
	str handled_by;
	int64_t handled_at; /* seconds */
	str claimed_by;     /* who looks at it, unless that has lapsed; "" */
	int64_t claimed_at;
	str aside_by; /* who set it aside; "" */
	int64_t aside_at;
	str note; /* of whoever set it aside; once handled: the answer to its author,
			  * or what else was done */
	str handled_via; /* page, link, mail, command, API, time; "" before there was the word */
};

enum { HELD_CLAIM = 1800 }; /* seconds after which a claim is none any more */

struct held_end {
	str verdict, by, via, note;
	int64_t now;
};

/* Adds with its body and sets h->id; where its source is there already, only the
 * id is read. */
MUST_USE err held_add(struct book *b, struct held_row *h, str body);

/* ERR_NOTFOUND: no such post. */
MUST_USE err held_get(struct book *b, struct arena *a, int64_t id, struct held_row *h);

/* Handled or not. ERR_NOTFOUND: no such post. */
MUST_USE err held_by_source(struct book *b, struct arena *a, str source,
			    struct held_row *h);

/* ERR_NOTFOUND: no such post, or handled: the body is gone. */
MUST_USE err held_body(struct book *b, struct arena *a, int64_t id, str *body);

/* Those that wait, in order of id after that one; list 0: of all lists. */
MUST_USE err held_waiting(struct book *b, struct arena *a, int64_t list, int64_t after,
			  size_t limit, struct held_row **h, size_t *count);

/* The newest of a list that wait, newest first. */
MUST_USE err held_newest(struct book *b, struct arena *a, int64_t list, size_t limit,
			 struct held_row **h, size_t *count);

/* All that an author's address (without ASCII case) had held, newest first. */
MUST_USE err held_by_author(struct book *b, struct arena *a, str author, size_t limit,
			    struct held_row **h, size_t *count);

/* Those held before that time (seconds) that still wait. */
MUST_USE err held_before(struct book *b, struct arena *a, int64_t before, size_t limit,
			 struct held_row **h, size_t *count);

/* Those of a list that wait, with numbers after `after` up to `last`; author: a key, or
 * "" for everybody's. */
MUST_USE err held_some(struct book *b, struct arena *a, int64_t list, str author,
		       int64_t after, int64_t last, size_t limit, struct held_row **h,
		       size_t *count);

/* Those decided, newest decision first: before that moment, or in it with a smaller id. */
MUST_USE err held_handled(struct book *b, struct arena *a, int64_t list, int64_t before,
			  int64_t before_id, size_t limit, struct held_row **h,
			  size_t *count);
MUST_USE err held_count(struct book *b, int64_t list, int64_t *count);

/* How many ended since that time without anybody's decision. */
MUST_USE err held_lapsed(struct book *b, int64_t list, int64_t since, int64_t *count);

/* Another rule holds it now: h->rule, ->reason, ->asked. */
MUST_USE err held_rule(struct book *b, const struct held_row *h);

/* by looks at it from now on. ERR_DENIED: somebody else does, or it was handled; the
 * text says who. ERR_NOTFOUND. */
MUST_USE err held_claim(struct book *b, struct arena *a, int64_t id, str by, int64_t now);

/* Nobody looks at it any more. */
MUST_USE err held_unclaim(struct book *b, int64_t id);

/* For later: behind the others, with a word to the other moderators. Ends a claim. */
MUST_USE err held_aside(struct book *b, int64_t id, str by, str note, int64_t now);

/* Who looks at it; "": nobody, or it has lapsed. */
str held_claimant(const struct held_row *h, int64_t now);

/* Sets the verdict and drops the body; for accepted: after the post went out.
 * ERR_DENIED: handled already; the text says how and by whom. ERR_NOTFOUND. */
MUST_USE err held_close(struct book *b, struct arena *a, int64_t id,
			const struct held_end *end);

/* What the row of one that was handled says of it goes: subject and author's name. */
MUST_USE err held_blank(struct book *b, str source);

/* Forgets those handled before that time. */
MUST_USE err held_expire(struct book *b, int64_t before, int64_t *gone);
