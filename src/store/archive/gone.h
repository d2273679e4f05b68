/* store/archive/gone.h: posts that leave the archive for good, with the list that they
 * were on. What the index has of a post archive_words_remove takes, before. */
#pragma once

#include "store/store.h"

/* Its row, message, files and references. Its thread and months stay until
 * archive_list_gone. */
MUST_USE err archive_post_gone(struct book *b, int64_t id);

/* What else there is of a list that has no posts any more: threads, months, old addresses,
 * numbers, dictionaries. */
MUST_USE err archive_list_gone(struct book *b, int64_t list);
