/* web/pages/feed.h: posts of the list at hand as an Atom feed (RFC 4287). */
#pragma once

#include "web/pages/page.h"

enum { FEED_ENTRIES = 25 };

struct feed {
	str title, path, page;      /* its own path, that of the page it belongs to */
	struct archive_posts posts; /* newest first */
};

/* Writes it as the answer. */
MUST_USE err feed_show(struct request *q, struct response *r, const struct feed *f);
