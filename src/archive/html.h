/* archive/html.h: HTML that is safe to send, as a type of its own, so that text
 * of a stranger cannot be put where HTML belongs by mistake. Only the functions
 * here, the renderer and compiled-in templates make one.
 *
 *     BUF(b);
 *     html_add(&b, HTML("<h1><bdi>"));
 *     html_add_text(&b, post->subject);
 *     html_add(&b, HTML("</bdi></h1>"));
 *     return html_take(a, &b);
 */
#pragma once

#include "base/buf.h"

struct html {
	str s;
};
#define HTML(literal) ((struct html){ STR(literal) })

static inline void html_add(struct buf *b, struct html h)
{
	buf_add(b, h.s);
}

/* Text in an element: markup becomes harmless, wrong UTF-8 and control characters
 * U+FFFD, and characters that turn the writing direction become visible marks
 * (<span class="ctl">). */
void html_add_text(struct buf *b, str text);

/* The same, but only what stands before the first ":" or (where at) "@", which may
 * belong to an address. Gives the octets of text that were added. */
size_t html_add_before(struct buf *b, str text, bool at);

/* The same for a double-quoted attribute's value, where marks are "[U+202E]". */
void html_add_attr(struct buf *b, str text);

struct html html_text(struct arena *a, str text);
struct html html_attr(struct arena *a, str text);

/* What was added to b so far; b is empty again. All of it was added by the
 * functions of this header. */
struct html html_take(struct arena *a, struct buf *b);

bool html_turns(str text); /* does it hold a character that turns the direction? */
