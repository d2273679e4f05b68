/* archive/snippet.h: text with the words of a query marked, made from the message
 * itself, since the index keeps no text.
 *
 *     struct marks m;
 *     marks_read(a, q.marks, q.mark_count, &m);
 *     hit.subject = marked(a, &m, post.subject);
 *     hit.snippet = snippet(a, &m, text, guest);
 */
#pragma once

#include "archive/html.h"

enum { MARKS_MAX = 60, MARK_WORDS = 12 };

struct marks { /* words and phrases, folded as the index folds */
	struct mark {
		str words[MARK_WORDS];
		size_t count;
		bool prefix; /* the last word may go on */
	} list[MARKS_MAX];
	size_t count;
};

void marks_read(struct arena *a, const str *texts, size_t count, struct marks *m);

/* The whole of a short text. */
struct html marked(struct arena *a, const struct marks *m, str text);

/* Some 40 words around the place where most of the marks occur, else the first
 * words; "…" where text is left out. Where that place is in a patch, the lines around it as
 * render.h writes those of patches, and *code. */
struct html snippet(struct arena *a, const struct marks *m, str text, bool hide_addresses,
		    bool *code);
