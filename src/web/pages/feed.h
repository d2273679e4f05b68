/* web/pages/feed.h: posts as a feed, in two forms: Atom (RFC 4287) and JSON Feed 1.1. Both
 * stand beside each other, as STEM.atom and STEM.feed.json; a list's own as feed.atom and
 * feed.json. */
#pragma once

#include "web/pages/visible.h"

enum { FEED_ENTRIES = 25 };

struct feed {
	str title, page;            /* the path of the page it belongs to */
	str stem, query;            /* its own path without the ending; ?q=… or empty */
	struct archive_posts posts; /* newest first */
	const struct visible_list *lists; /* theirs; NULL: the list at hand */
	size_t list_count;
};

/* Writes it as the answer, in the form that the request's path asks for. */
MUST_USE err feed_show(struct request *q, struct response *r, const struct feed *f);

/* Which of the two that is. */
bool feed_is_json(const struct request *q);

/* Where they stand. */
str feed_atom_path(struct arena *a, str stem);
str feed_json_path(struct arena *a, str stem);

/* Has a page name both in its head. */
void feed_offer(struct arena *a, struct page_frame *f, str stem, str query);
