/* mail/rewrite.h: a message whose tree of parts is changed and whose parts are not: what
 * stays keeps every octet, its header's and its delimiters' too.
 *
 *     struct part_edit *edit = arena_zero(a, m.count * sizeof *edit);
 *     edit[2].fate = PART_GOES;
 *     if (mime_rewrite(a, message, &m, &(struct rewrite){ edit }, &out)) ...
 */
#pragma once

#include "mail/mime.h"

enum part_fate {
	PART_STAYS,
	PART_GOES,
	PART_ONLY, /* of a multipart: one of its children takes its place */
	PART_ANEW, /* another body, and perhaps another type */
};

struct part_edit {
	enum part_fate fate;
	size_t child; /* PART_ONLY: which */
	str fields; /* PART_ANEW: Content-Type and Content-Transfer-Encoding that take the
		       * place of its own; empty: these stay */
	str body; /* PART_ANEW: encoded so, in CRLF lines, without the last line's end */
};

struct rewrite {
	const struct part_edit *edit; /* one a part of the message */
	str first, last; /* whole parts that come first and last in the root, which is a
			  * multipart; or empty */
};

/* Whether all readers take it apart in the same way: what one of them takes for text may
 * hold another's attachment. */
bool mime_is_clear(struct arena *a, const struct mime *m);

/* False, with nothing written: readers would see another tree than the one asked for
 * (odd delimiters), or the root goes. */
bool mime_rewrite(struct arena *a, str message, const struct mime *m,
		  const struct rewrite *r, str *out);
