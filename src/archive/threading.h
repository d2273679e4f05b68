/* archive/threading.h: which post answers which. Every post comes once, in any
 * order; the tree depends on the set of posts alone:
 *
 * - the parent is the nearest message of References that is here, else that of
 *   In-Reply-To; one that arrives later takes its place then;
 * - posts that refer to the same missing message are one thread;
 * - a "Re:" without a parent joins the latest post of that subject in the 30
 *   days before it; that guess ends when its real parent turns up;
 * - where claims run in a circle, the latest of them is not believed.
 *
 * A thread is what hangs together. */
#pragma once

#include "mail/header.h"
#include "store/archive/post.h"

enum { THREAD_REFS_MAX = 64, THREAD_GUESS_DAYS = 30 };

struct thread_refs {
	str ids[THREAD_REFS_MAX]; /* the last of References first, In-Reply-To behind */
	size_t count;
};

/* The references of a message without repetitions and without itself; of more
 * than THREAD_REFS_MAX the last. */
void thread_refs(struct arena *a, const struct header *h, str self,
		 struct thread_refs *r);

/* RFC 5256 section 2.1's base subject, folded: "[dev] Re: Fwd: Map" -> "map".
 * *reply: it bore a Re: (or Aw:, Sv: and kin). Lives in a. */
str thread_subject(struct arena *a, str subject, bool *reply);
int64_t thread_subject_key(str base); /* a hash; 0 only for "" */

/* Gives p its parent and thread and adds it (with its id). Inside the caller's
 * transaction; version: of the list, as taken with the number. */
MUST_USE err thread_place(struct book *b, struct arena *a, struct archive_post *p,
			  const struct thread_refs *r, int64_t version);

/* An owner's hand: the post goes below another of its list (0: it starts a thread), its answers
 * with it, and stays there whatever comes. Its flags get ARCHIVE_PLACED. The caller has seen
 * that parent is none of its answers. */
MUST_USE err thread_put(struct book *b, struct arena *a, int64_t list, int64_t post,
			int64_t parent, int64_t version);

/* Takes that back: p, which has its id and stands somewhere, goes where its references say. */
MUST_USE err thread_replace(struct book *b, struct arena *a, struct archive_post *p,
			    const struct thread_refs *r, int64_t version);
