/* web/pages/bodies.h: what the posts of a part say, as HTML: read, unpacked and rendered,
 * on two processors where the part is long and the second one is idle.
 *
 *     struct bodies_post *posts = arena_zero(a, part.count * sizeof *posts);
 *     ... posts[i].url, posts[i].parent_name
 *     TRY(bodies_make(w, a, &(struct bodies){ &t, part, hide, marked, footer, posts }));
 *     posts[0].body
 */
#pragma once

#include "archive/html.h"
#include "web/pages/part.h"
#include "web/worker.h"

struct bodies_post {
	str url;         /* of the post */
	str parent_name; /* who said what it quotes; empty: it answers nobody */
	struct html
		checked; /* what the wall said of it (checked.h); bodies_make fills it in */
	struct html body; /* out; the arena's */
};

struct bodies {
	struct archive_thread_page *t; /* read as an outline, in the same transaction */
	struct part part;
	bool hide;                 /* addresses, from guests */
	bool marked;               /* texts are Markdown */
	str footer;                /* of the list, which is folded */
	struct bodies_post *posts; /* part.count of them */
};

/* ERR_IO: a message is damaged, or the book cannot be read. */
MUST_USE err bodies_make(struct worker *w, struct arena *a, const struct bodies *x);
