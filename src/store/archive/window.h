/* store/archive/window.h: asking the full-text index. What a query means is decided in
 * archive/query.h; here it is only asked. The newest matches, up to ARCHIVE_WINDOW, are
 * gathered first, and only those are scored, ordered and counted: a word that all posts
 * have costs no more than one that 20,000 have.
 *
 * The score of a post adds up, over the words and phrases it has, how rare each is in the
 * window times what the places where it stands weigh, the subject most; a newer post has
 * up to a quarter more. */
#pragma once

#include "store/archive/post.h"

enum archive_order { ARCHIVE_NEWEST, ARCHIVE_BEST };

enum { ARCHIVE_WINDOW = 20000, ARCHIVE_FACET = 10 };

struct archive_scope {
	int64_t list;
	int64_t since; /* nothing that came before */
};

struct archive_ask {
	str match;                         /* an FTS5 expression; "": only the
				conditions below */
	str without;                       /* an FTS5 expression whose posts are
				left out; or "" */
	const struct archive_scope *scope; /* nothing else is looked at; by id */
	size_t scope_count;
	int64_t from, until; /* dates in [from, until);
				INT64_MIN, INT64_MAX: open */
	unsigned has, lacks; /* enum archive_flag */
	bool has_file, lacks_file;
	str message_id; /* only that message; "": any */
	str type;       /* with has_file: part of what an attachment's
			   octets show, lower case; "": any */
	int64_t thread; /* number of a post whose thread
			   is meant; 0: any */
	str threads;    /* only these, a JSON array of ids; "": any */
	enum archive_order order;
	bool by_thread;               /* of each thread only the first in that order */
	int64_t after_date, after_id; /* ARCHIVE_NEWEST: from behind
					 this one on; 0, 0 to begin */
	int64_t skip;                 /* ARCHIVE_BEST: so many are past */
	int64_t limit;
	bool facets; /* are they wanted? */
};

struct archive_facet {
	int64_t key; /* year; list; of an author a post of theirs, the newest */
	int64_t posts;
};

struct archive_facets {
	struct archive_facet *years;   /* all, newest first */
	struct archive_facet *lists;   /* all, the one with most first */
	struct archive_facet *authors; /* ARCHIVE_FACET, the one with most first */
	size_t year_count, list_count, author_count;
};

struct archive_found {
	struct archive_posts posts;
	int64_t *more;  /* by_thread: of each, how many more of its thread were found */
	int64_t total;  /* at most ARCHIVE_WINDOW */
	int64_t groups; /* by_thread: threads; else total */
	struct archive_facets facets;
};

/* ERR_SYNTAX: FTS5 does not take the expression. */
MUST_USE err archive_words_search(struct book *b, struct arena *a,
				  const struct archive_ask *q, struct archive_found *out);
