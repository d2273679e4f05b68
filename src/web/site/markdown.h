/* web/site/markdown.h: a text in Markdown (CommonMark) as HTML of ours: what is HTML in it is
 * left out, and so are links that could run something. */
#pragma once

#include "base/arena.h"

enum {
	MARKDOWN_MAX = 262144,      /* octets of a text that is shown so */
	MARKDOWN_OPENING_MAX = 200, /* octets of an opening */
};

struct markdown {
	str html;
	str title;   /* the text of the first heading of the first level; or empty */
	bool titled; /* the HTML has one such heading */
	str opening; /* the first words of its first paragraph; or empty */
};

/* lower: headings stand a level deeper, below a page's own. */
void markdown_read(struct arena *a, str text, bool lower, struct markdown *m);
