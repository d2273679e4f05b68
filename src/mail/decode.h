/* mail/decode.h: content transfer encodings undone, tolerantly. For src/mail
 * alone. What an encoding does not have is skipped (base64) or stays. */
#pragma once

#include "base/arena.h"

str decode_base64(struct arena *a, str text);
str decode_quoted_printable(struct arena *a, str text);
/* Whether text is what an encoder of that kind writes. Smugglers count on two
 * readers who skip different things. */
bool decode_base64_clean(str text);
bool decode_quoted_printable_clean(str text);

str decode_q(struct arena *a, str text); /* of encoded words: _ is a space */

/* uuencode, found in old mail and news: its lines between begin and end (GMime). */
str decode_uu(struct arena *a, str text);
