/* archive/render_inside.h: what the renderer's files share. */
#pragma once

#include "archive/render.h"

/* How many of that octet it begins with. */
static inline size_t render_run(str s, char c)
{
	size_t n = 0;
	while (n < s.n && s.p[n] == c)
		n++;
	return n;
}

struct render_line_view {
	str *at;
	size_t count;
};

/* The lines of a text, without their line ends. */
struct render_line_view render_split(struct arena *a, str text);

/* As many of the lines as follow each other in the text, at least one, as one piece
 * of it; gives how many. */
size_t render_piece(const str *lines, size_t count, str *piece);

/* Whether the lines of a paragraph were filled to a width, so that most of their ends mean
 * nothing. stays: of each line but the last, whether its end does. */
bool render_is_filled(const str *lines, size_t count, bool *stays);

/* Adds text with links; addresses shortened where hide. */
void render_add_linked(struct buf *b, str text, bool hide);

/* May a link lead there: the web or (but where hide) a mail program? Adds it as an attribute's
 * value. */
bool render_may_lead(str url, bool hide);
void render_add_url(struct buf *b, str url);

/* Adds the beginning of a link, <a …>. False: no address of the web, nor (but where hide) of
 * mail. */
bool render_add_href(struct buf *b, str url, bool hide);

/* The same as render_add_linked, of a text in Markdown. */
void render_add_spans(struct buf *b, str text, bool hide);

/* Whether a line begins a heading, a list, a rule or fenced code of Markdown; inside: also
 * where the line before goes on with a text. */
bool render_is_marked(str line, bool inside);
/* Adds that; gives the number of lines it took, 0 where there is none. */
size_t render_add_marked(struct arena *a, struct buf *b, const str *lines, size_t count,
			 bool hide);

/* Adds code as <pre>, coloured where its language is named or can be told. */
void render_add_pre(struct arena *a, struct buf *b, const str *lines, size_t count,
		    str named);

/* The lines of code between ``` and ```, both among them; 0: none begins here, or it never
 * ends. *lost (0 at first) remembers that for the lines behind. */
size_t render_fence(const str *lines, size_t count, size_t *lost);
str render_fence_name(str line); /* "python" of "```python" */

/* Code, a terminal's output or a table: most of its lines are indented or have columns, so
 * they must keep their widths. */
bool render_is_fixed(const str *lines, size_t count);

/* Does a patch begin at lines[0]? */
bool render_is_diff(const str *lines, size_t count);
/* Adds it as <pre class="diff">; gives the number of lines it took. */
size_t render_add_diff(struct buf *b, const str *lines, size_t count);

/* Were all of these quoted lines said in the text that is remembered? */
bool render_was_said(struct arena *a, struct render_memory *m, const str *lines,
		     size_t count);

void render_add_files(struct buf *b, struct arena *a, const struct render_how *how);
