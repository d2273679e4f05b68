/* mail/encword.h: encoded words (RFC 2047) in unfolded text. For src/mail alone. */
#pragma once

#include "base/arena.h"

/* The length of the encoded word that s starts with; 0 where there is none. */
size_t encword_length(str s);

/* Text with its encoded words decoded, raw 8-bit repaired, controls as spaces:
 * valid UTF-8 on one line. */
str encword_decode(struct arena *a, str text);

/* UTF-8 text as printable ASCII in words of at most 75 octets, one space
 * between two, so that a line may be broken there; ASCII stays what it is
 * unless it could be taken for an encoded word. column: where on the line the
 * text starts. phrase: for a name before an address (section 5, rule 3). */
str encword_encode(struct arena *a, str text, size_t column, bool phrase);
