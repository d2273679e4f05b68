/* web/pages/search_inside.h: what the pages of a search share: search.c what was found,
 * search_facets.c what is counted of it, search_files.c the same as a feed and a file. */
#pragma once

#include "archive/search.h"
#include "web/pages/visible.h"

struct asked {
	const struct visible_list *lists; /* where; each may be read */
	size_t count;
	bool one; /* the page of one list */
	str words;
	bool newest, by_thread;
	int64_t after_date, after_id, skip;
};

const struct visible_list *search_list_of(const struct asked *x, int64_t id);

/* What was asked; false: of no page of a search. */
bool search_read(const struct request *q, struct asked *x);

/* The list at hand as the only one asked. False: the answer is made. */
bool search_one_list(struct request *q, struct response *r, struct visible_list *one);

/* most: posts, newest first; 0: a page of them, with what is found counted. */
MUST_USE err search_find(struct request *q, const struct asked *x, int64_t most,
			 struct search_found *found);

/* What came of it is the fault of what was asked, and says so. */
bool search_is_askers(err e);

/* Names what a guest finds now, for response_has and blob_named: it differs when a post came,
 * went or was changed on any of the lists, when a list was changed, and on another day, as
 * spans are reckoned from today. What is found is that only where none of it is missing in the
 * index (struct search_found filling). Empty: to who has signed in more may be shown than
 * these tell. */
MUST_USE err search_name(struct request *q, const struct asked *x, str *name);

/* PATH?q=WORDS */
str search_link(const struct request *q, str path, str words);

/* Years, authors and lists of what was found, each a link to the search narrowed by it. */
MUST_USE err search_add_facets(struct request *q, const struct asked *x,
			       const struct archive_facets *facets,
			       struct page_search *p);
