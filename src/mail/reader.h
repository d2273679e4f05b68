/* mail/reader.h: what one copy of a list's post says of who reads it. The list's header
 * and footer stand in the post once, quoted-printable and in UTF-8, with each such word on
 * a line of its own, so that whatever stands there later touches no other octet and is
 * ASCII on the wire:
 *
 *     str mark = reader_mark(a);                        once a post
 *     reader_word_written(a, mark, READER_NAME)         goes into the list's text
 *     encode_marked(a, text, mark)                      and that into the post
 *
 *     while (reader_next(rest, mark, &before, &word, &rest))     once a message
 *             before, then reader_line(a, word, &who), and so on;   once a copy
 */
#pragma once

#include "base/arena.h"

/* As the last of a copy's own fields: To, with who reads it. */
#define READER_TO "To: {to}\r\n"

enum reader_word { READER_NAME, READER_ADDRESS, READER_LANGUAGE, READER_WORDS };

struct reader {
	str address;
	str name;     /* "": not known, then the address stands for it */
	str language; /* "de"; "": not chosen */
};

enum { READER_MOST = 16 }; /* such words in a post */

/* What begins each mark of a post, and of no other: nobody can write one beforehand. */
str reader_mark(struct arena *a);

/* The mark of a word, as it stands in a list's text. */
str reader_word_written(struct arena *a, str mark, enum reader_word word);

/* UTF-8 with marks as quoted-printable, each mark on a line of its own. */
str encode_marked(struct arena *a, str text, str mark);

/* The next line of text that is a mark: what stands before, the word, and what follows.
 * False: there is none. */
bool reader_next(str text, str mark, str *before, enum reader_word *word, str *rest);

/* The line that takes the mark's place in the copy of who. */
str reader_line(struct arena *a, enum reader_word word, const struct reader *who);

/* Fields that may end in READER_TO, for who. */
str reader_fields(struct arena *a, str fields, const struct reader *who);

/* A reader's name and language as one text, and back. */
str reader_pack(struct arena *a, const struct reader *who);
struct reader reader_unpack(str packed, str address);
