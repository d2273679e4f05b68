/* lists/decorate.h: what a list puts before and behind the text of each post, where that
 * breaks nothing. Pure: octets in, octets out.
 *
 *     struct decorated d;
 *     TRY(decorate(a, message, header, footer, &d));
 *     d.message, d.how
 *
 * | the post is            | the words stand                                         |
 * | one text               | in it, if its charset has them; else as parts beside it |
 * | multipart/mixed        | as its first and last part                              |
 * | multipart/alternative  | in its text, since a part beside it would hide it       |
 * | signed or encrypted    | nowhere                                                 |
 * | anything else, as HTML | as parts beside it, in a multipart/mixed                | */
#pragma once

#include "lists/books.h"
#include "lists/rules.h"

struct decorated {
	str message; /* the same where nothing could be added */
	str how;     /* for the trace, in words */
};

/* header, footer: UTF-8, or empty; with words of mail/reader.h where they have the mark:
 * then the text that they stand in becomes UTF-8 and quoted-printable, so that it takes
 * any name, and 7-bit mail carries it. ERR_LIMIT: as mime_parse. */
MUST_USE err decorate(struct arena *a, str message, str header, str footer, str mark,
		      struct decorated *d);

/* The list's text with its placeholders filled, as both generations of Mailman write
 * them: $list_name, ${list_name}, %(list_name)s. number: the post's in the archive, or 0. mark:
 * what differs from member to member becomes one of its words (mail/reader.h); empty: it
 * stays as it stands. */
str decorate_fill(struct arena *a, const struct books *books, const struct post *p,
		  int64_t number, str mark, str text);

/* The same text with a mark for each placeholder, whatever it is filled with: by it a footer is
 * recognised. */
str decorate_marked(struct arena *a, str text, str mark);

/* Whether a text may be a list's header or footer. ERR_SYNTAX: it wants a password, more
 * personal words than a post may have or, in one of digests, any, or has a line that no
 * mail may have. */
MUST_USE err decorate_check(struct arena *a, str key, str text);
