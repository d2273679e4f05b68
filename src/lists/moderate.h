/* lists/moderate.h: posts that wait for a person. A held post keeps its own
 * number and bytes; another message under its Message-ID cannot take its place. */
#pragma once

#include "lists/rules.h"
#include "lists/books.h"

/* Keeps the post, tells the moderators (with signed links) and, where that is
 * safe, the author; nobody, where filter_action=preserve keeps it. Idempotent by
 * p->source. */
MUST_USE err held_keep(struct books *books, struct arena *a, const struct post *p,
		       const struct judgement *j);

/* Sends the post to the list's owners, who have the only copy then. Once a source. */
MUST_USE err owners_have(struct books *books, struct arena *a, const struct post *p,
			 str reason);

/* A moderator's verdicts. ERR_NOTFOUND: no such post. ERR_DENIED: handled
 * already; the text says by whom. accept passes the post on to the list at once;
 * reject tells the author why (reason may be empty). */
MUST_USE err held_accept(struct books *books, struct arena *a, int64_t held,
			 const struct actor *by);
MUST_USE err held_reject(struct books *books, struct arena *a, int64_t held, str reason,
			 const struct actor *by);
MUST_USE err held_discard(struct books *books, struct arena *a, int64_t held,
			  const struct actor *by);

/* The author whom a post's proof was asked of has given it. The rules judge anew: it
 * passes, goes on waiting for a moderator, or is refused; *verdict and *reason say which.
 * ERR_NOTFOUND, ERR_DENIED: as above. */
MUST_USE err held_proven(struct books *books, struct arena *a, int64_t held,
			 const struct actor *author, enum verdict *verdict, str *reason);

/* The author gave none in time: the moderators are told of the post, as the list says.
 * ERR_NOTFOUND, ERR_DENIED: as above. */
MUST_USE err held_unproven(struct books *books, struct arena *a, int64_t held);

/* ERR_NOTFOUND: not a held post of this list. */
MUST_USE err held_belongs(struct books *books, struct arena *a, int64_t held,
			  int64_t list);

/* At start: goes on with what a crash cut off in the middle of held_accept. */
MUST_USE err held_resume(struct books *books, struct arena *a);
