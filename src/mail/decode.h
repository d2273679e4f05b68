/* mail/decode.h: content transfer encodings undone, tolerantly. For src/mail
 * alone. Each counts in *wrong the bytes that its encoding does not have. */
#pragma once

#include "base/arena.h"

str decode_base64(struct arena *a, str text, unsigned *wrong);
str decode_quoted_printable(struct arena *a, str text, unsigned *wrong);
str decode_q(struct arena *a, str text); /* of encoded words: _ is a space */

/* uuencode, found in old mail and news: its lines between begin and end (GMime). */
str decode_uu(struct arena *a, str text);
