/* lists/digest_inside.h: digests among their own files.
 *
 *     digest.c        what is kept, and when an issue begins
 *     digest_time.c   when one is due, and its number
 *     digest_issue.c  its messages and their readers
 *     digest_write.c  what they say
 */
#pragma once

#include "lists/digest.h"

/* All messages of an issue are on their way, whatever of it was done before; then what it
 * kept goes. */
MUST_USE err digest_finish(struct books *books, struct arena *a,
			   const struct digest_issue *i);
