/* web/pages/tree.h: posts that answer each other, as a page nests them. */
#pragma once

#include "web/pages/page.h"

enum { TREE_DEPTH = 24 }; /* deeper answers stand beside what they answer */

struct tree {
	int *up;      /* of each leaf, the one it stands under; -1: none */
	size_t *kids; /* so many stand under it */
	size_t roots;
};

/* leaves: a part of a thread in its order, the first of them leaf number first. */
void tree_make(struct arena *a, const struct archive_leaf *leaves, size_t count,
	       int first, struct tree *t);

struct outline_how {
	bool hide;       /* addresses */
	bool here;       /* the posts stand on the same page: link to them there */
	int64_t current; /* this post is the page; 0: none */
	bool whole;      /* it is the page: sizes, and subjects that differ from this */
	int64_t subject_key;
};
const struct page_outline *tree_outline(struct request *q,
					const struct archive_leaf *leaves, size_t count,
					const struct tree *t,
					const struct outline_how *how, size_t *top_count);
