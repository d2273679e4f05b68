/* lists/moderate.h: posts that wait for a person. A held post keeps its own
 * number and bytes; another message under its Message-ID cannot take its place. What
 * moderators do with it: lists/decide.h. */
#pragma once

#include "lists/rules.h"
#include "lists/books.h"

/* Keeps the post, tells the moderators (with signed links) and, where that is
 * safe, the author; nobody, where filter_action=preserve keeps it. Idempotent by
 * p->source. */
MUST_USE err held_keep(struct books *books, struct arena *a, const struct post *p,
		       const struct judgement *j);

/* Sends a discarded post to the list's owners, who have the only copy then. Once a source;
 * of what strangers write 50 a day (j->to_owners). */
MUST_USE err owners_have(struct books *books, struct arena *a, const struct post *p,
			 const struct judgement *j);

/* Its author, who is proven, takes it back while it waits. ERR_NOTFOUND: no such post.
 * ERR_DENIED: it was handled already, is on its way, or is not theirs. */
MUST_USE err held_withdraw(struct books *books, struct arena *a, int64_t held,
			   const struct actor *author);

/* The author whom a post's proof was asked of has given it. The rules judge anew: it
 * passes, goes on waiting for a moderator, or is refused; *verdict and *reason say which.
 * ERR_NOTFOUND: no such post. ERR_DENIED: it was handled already. */
MUST_USE err held_proven(struct books *books, struct arena *a, int64_t held,
			 const struct actor *author, enum verdict *verdict, str *reason);

/* The author gave none in time: the moderators are told of the post, as the list says.
 * ERR_NOTFOUND, ERR_DENIED: as above. */
MUST_USE err held_unproven(struct books *books, struct arena *a, int64_t held);

/* ERR_NOTFOUND: not a held post of this list. */
MUST_USE err held_belongs(struct books *books, struct arena *a, int64_t held,
			  int64_t list);

/* At start: goes on with what a crash cut off while a post was accepted. */
MUST_USE err held_resume(struct books *books, struct arena *a);
