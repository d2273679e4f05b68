/* archive/learn.h: the dictionary that a list's posts train holds pieces of them, so it must
 * forget a post that is to be gone for good: another is trained, and all posts are packed anew.
 *
 *     TRY(archive_learn(b, list, number));
 *     TRY(archive_unlearn(b, a, &post, message));
 *     do TRY(archive_unlearn_continue(b, a, &after, &more)); while (more);
 */
#pragma once

#include "archive/pseudonym.h"
#include "store/archive/post.h"

enum {
	LEARN_FROM = 500
}; /* posts that a list has before its first dictionary is trained */

/* A list has got that many posts: trains one where it has none, or has grown so much since
 * that later posts will gain by another; those of before stay as they are packed. */
MUST_USE err archive_learn(struct book *b, int64_t list, int64_t number);

/* Inside the caller's transaction, when the archive has the message no more: a dictionary that
 * holds a piece of it which is in no other post that is looked at is used no more. */
MUST_USE err archive_unlearn(struct book *b, struct arena *a,
			     const struct archive_post *p, str message);

/* The same of a list's dictionaries that name one of the addresses (pseudonym.h). */
MUST_USE err archive_unlearn_addresses(struct book *b, struct arena *a, int64_t list,
				       const struct pseudonym *who);

/* Some posts, after *after (0 at first), that such a dictionary packs, in one transaction; it
 * goes behind the last. *more: there are others. Needs no caller to have begun it. */
MUST_USE err archive_unlearn_continue(struct book *b, struct arena *a, int64_t *after,
				      bool *more);
