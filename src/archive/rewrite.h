/* archive/rewrite.h: another message in the place of one that a post has: its bytes, what its
 * row says, its words and files. Number, thread, date and arrival stay.
 *
 *     TRY(archive_blob_read(b, a, p.id, SIZE_MAX, &was));
 *     TRY(archive_rewrite(b, a, &p, was, now, p.flags | ARCHIVE_CUT)); */
#pragma once

#include "archive/prepare.h"
#include "store/archive/post.h"

/* Inside the caller's transaction. What is written in its files is not searched any more: what is
 * to be gone may stand there, too. was: the message as the post has it, whose words the index
 * forgets; now: the other. flags: those that the post has from then on, as far as a message
 * says nothing of them (ARCHIVE_OWNERS, ARCHIVE_GUESSED); with ARCHIVE_GONE nothing of it is
 * indexed, and the hash of its subject stays. ERR_LIMIT, ERR_SYNTAX: one of the two is no message that the archive takes. */
MUST_USE err archive_rewrite(struct book *b, struct arena *a,
			     const struct archive_post *p, str was, str now,
			     unsigned flags);

/* What the row of a post and its files say, where its message is read otherwise than it was
 * when p was written. In the caller's transaction; words are the caller's. */
MUST_USE err archive_reread(struct book *b, const struct archive_post *p,
			    struct prepared *now);
