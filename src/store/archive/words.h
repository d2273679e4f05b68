/* store/archive/words.h: the full-text index. What a query means is decided in
 * archive/query.h; here it is only asked. */
#pragma once

#include "store/archive/post.h"

struct archive_words { /* the columns, UTF-8 */
	str subject, author, receiver, body, quote, files;
};
MUST_USE err archive_words_add(struct book *b, int64_t post,
			       const struct archive_words *w);
/* The same words as were added: the index keeps no text to look them up in. Others
 * damage it. */
MUST_USE err archive_words_remove(struct book *b, int64_t post,
				  const struct archive_words *w);
MUST_USE err archive_words_forget(struct book *b); /* all of them */
MUST_USE err archive_words_have(struct book *b, int64_t post, bool *found);
/* ERR_IO: the index is damaged. Needs a book that may be written. */
MUST_USE err archive_words_check(struct book *b);

/* A word that was removed stands in the index until all its runs are merged into one: this
 * merges some pages. first: all runs that there are now take part. *more: call it again, not
 * as the first. */
MUST_USE err archive_words_merge(struct book *b, bool first, bool *more);

/* More memory for pages while much is added. */
MUST_USE err archive_bulk(struct book *b, bool on);

enum archive_order { ARCHIVE_NEWEST, ARCHIVE_BEST };

struct archive_ask {
	str match;           /* an FTS5 expression; "": only the
				conditions below */
	str without;         /* an FTS5 expression whose posts are
				left out; or "" */
	str lists;           /* JSON array of list ids: nothing else
				is looked at */
	str floors;          /* JSON object: of the list with that id nothing
				that came before; "" of none */
	int64_t from, until; /* dates in [from, until);
				INT64_MIN, INT64_MAX: open */
	unsigned has, lacks; /* enum archive_flag */
	bool has_file, lacks_file;
	int64_t thread; /* number of a post whose thread
			   is meant; 0: any */
	enum archive_order order;
	int64_t after_date, after_id; /* ARCHIVE_NEWEST: from behind
					 this one on; 0, 0 to begin */
	int64_t skip;                 /* ARCHIVE_BEST: so many are past */
	int64_t limit;
};

enum { ARCHIVE_WINDOW = 20000 }; /* of more matches than that the newest are ordered */

/* ERR_SYNTAX: FTS5 does not take the expression. *total
 * counts at most ARCHIVE_WINDOW. */
MUST_USE err archive_words_search(struct book *b, struct arena *a,
				  const struct archive_ask *q, struct archive_posts *out,
				  int64_t *total);
