/* store/archive/words.h: the full-text index. What a query means is decided in
 * archive/query.h; here it is only asked. */
#pragma once

#include "store/archive/post.h"

/* The columns, UTF-8. Addresses of people are columns of their own, also those that stand in
 * texts, which have no domain of one: who may not see addresses is not let look into those
 * (archive/search.h). */
struct archive_words {
	str subject, author, receiver, body, quote;
	str files;  /* names of attachments */
	str inside; /* what is written in them */
	str author_address, receiver_address, body_address, quote_address, inside_address;
};
MUST_USE err archive_words_add(struct book *b, int64_t post,
			       const struct archive_words *w);
/* The same words as were added: the index keeps no text to look them up in. Others
 * damage it. */
MUST_USE err archive_words_remove(struct book *b, int64_t post,
				  const struct archive_words *w);
MUST_USE err archive_words_forget(struct book *b); /* all of them */
MUST_USE err archive_words_have(struct book *b, int64_t post, bool *found);
/* Posts with a smaller id than *before may not be in the index yet, since it is made anew
 * (archive/refill.h); 0: all are. And: so far that is done; 1: all of it. */
MUST_USE err archive_words_missing(struct book *b, int64_t *before);
MUST_USE err archive_words_refilled(struct book *b, int64_t before);

/* ERR_IO: the index is damaged. Needs a book that may be written. */
MUST_USE err archive_words_check(struct book *b);

/* A word that was removed stands in the index until all its runs are merged into one: this
 * merges some pages. first: all runs that there are now take part. *more: call it again, not
 * as the first. */
MUST_USE err archive_words_merge(struct book *b, bool first, bool *more);

/* More memory for pages while much is added. */
MUST_USE err archive_bulk(struct book *b, bool on);
