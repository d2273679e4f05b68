/* archive/bare.h: a text as a reader takes it in, without what dresses its characters, so that
 * something can be looked for in it: "gus&#64;red.example", "gus%40red.example",
 * "<b>gus</b>@red.example", with soft hyphens or in full width, is gus@red.example. Each octet
 * knows where it stood.
 *
 *     struct bare b, spoken;
 *     bare_text(a, text, BARE_HTML, &b);
 *     if (bare_spoken(a, &b, &spoken)) ... "gus (at) red dot example", too
 */
#pragma once

#include "base/arena.h"

enum bare_how {
	BARE_HTML = 1 << 0, /* tags part words, or are nothing */
	BARE_JOIN =
		1 << 1, /* a blank before the end of a line is none, nor is the end (RFC
			     * 3676 section 4.2, DelSp=yes) */
};

struct bare {
	str text; /* lower case but for ASCII, as UTF-8 where the text is */
	const uint32_t *from, *to; /* octets of the text that each octet stands for; NULL:
				    * itself */
};

/* Lives in a; text is below 4 GB. */
void bare_text(struct arena *a, str text, unsigned how, struct bare *out);

/* The same with " at ", "(at)", "[dot]" and their kin as the signs they stand for. False,
 * with nothing written: it has none. */
bool bare_spoken(struct arena *a, const struct bare *b, struct bare *out);

/* Of the text, what the octets [at, at + n) stand for; n is not 0. */
static inline size_t bare_from(const struct bare *b, size_t at)
{
	return b->from ? b->from[at] : at;
}

static inline size_t bare_to(const struct bare *b, size_t at, size_t n)
{
	return b->to ? b->to[at + n - 1] : at + n;
}
