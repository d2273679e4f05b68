/* web/pages/part.h: which part of a thread one page shows, and what of the book
 * that needs: a thread may have thousands of posts, a page shows few of them.
 *
 *     if (flat)
 *             part_flatten(a, &t);
 *     if (!part_find(&t, after, &part)) ... 404
 *     size_t count = part_needs(a, &t, &part, known, &needed);
 */
#pragma once

#include "archive/read.h"

/* Of a thread on one page. Octets of text, as what is sent and what a page takes in memory is
 * made of them: a post may be as large as its list lets it, and a page of patches stays
 * below 60 KB as it is sent. */
enum { PART_POSTS = 64, PART_OCTETS = 224 * 1024 };

struct part {
	size_t from, count; /* leaves */
};

/* By date instead of as a tree: the leaves anew, each a root, and each with its
 * parent where that stands before it. In time linear but for the sort. */
void part_flatten(struct arena *a, struct archive_thread_page *t);

/* As many posts as have room, with what they answer of the pages before; one at least.
 * after: the number of the post that the page before ended with; 0: the first page.
 * False: the thread has no such post, or none behind it. */
bool part_find(const struct archive_thread_page *t, int64_t after, struct part *part);

/* The leaves whose messages the part needs and which are not known yet: those it shows
 * and those they answer, each once; at most twice PART_POSTS, however long the thread
 * is. known: of all leaves, noted in it. */
size_t part_needs(struct arena *a, const struct archive_thread_page *t,
		  const struct part *part, bool *known, size_t **needed);
