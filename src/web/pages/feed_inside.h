/* web/pages/feed_inside.h: what the writers of a feed share: feed_atom.c and feed_json.c. */
#pragma once

#include "web/pages/feed.h"

/* Where the feed itself stands. */
str feed_own_path(const struct request *q, const struct feed *f);

/* A reader knows a post by this for good, whatever its list is called by then. */
str feed_entry_id(struct request *q, int64_t number);

/* A post of the list at hand as HTML; empty where it, or what is written so far, is long:
 * then it is a title and a link. */
MUST_USE err feed_content(struct request *q, struct arena *a,
			  const struct archive_post *p, str url, size_t written,
			  str *content);

/* Makes the list of a post the one at hand, where the feed is of several. */
MUST_USE err feed_turn(struct request *q, const struct feed *f,
		       const struct archive_post *p);

MUST_USE err feed_atom(struct request *q, struct buf *b, const struct feed *f);
MUST_USE err feed_json(struct request *q, struct buf *b, const struct feed *f);
