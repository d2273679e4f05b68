/* mail/seven.h: a message in 7 bits, for a server without 8BITMIME (RFC 6152 section 3
 * lets no other leave for it).
 *
 *     str plain;
 *     if (message_seven(a, message, &plain)) ... no octet of it is over 127
 */
#pragma once

#include "base/arena.h"

bool message_has_8bit(str message);

/* Text parts with octets over 127 become quoted-printable, others base64; their decoded
 * content is the same, and every other octet stays but for a header's that is beyond
 * ASCII (mail/downgrade.h). A signature over what changes does not fit any more. False:
 * it has no such form: 8-bit octets in what is signed (RFC 1847 section 2.1) or
 * encrypted, in a message within it (RFC 2046 section 5.2.1), in a part that is encoded
 * already, in a part's header or between parts, or no structure that all readers see. */
bool message_seven(struct arena *a, str message, str *out);
