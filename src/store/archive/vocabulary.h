/* store/archive/vocabulary.h: the words that the full-text index has, of all lists: nobody
 * may be told one that is not found on a list that they may read. */
#pragma once

#include "store/store.h"

/* Each word that begins with `first` (not empty; as the index has it: lower case, without
 * diacritics), more than once where the index has several runs, in no order. It may be one
 * of a post that is gone. At most some thousand pages of the index are looked at. */
MUST_USE err archive_vocabulary(struct book *b, struct arena *a, str first,
				void (*each)(void *arg, str word), void *arg);

/* How many posts have it, at most `most`. */
MUST_USE err archive_word_posts(struct book *b, str word, int64_t most, int64_t *posts);
