/* base/enc.h: bytes as text and back: base64, base64url, base32, hex, percent, xtext.
 * Results live in the arena. Decoders are strict: ERR_SYNTAX for anything that the
 * encoder would not have written. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

str enc_base64(struct arena *a, str bytes);       /* RFC 4648 section 4 */
extern const char enc_base64_letters[64 + 1];     /* the digit of each value */
extern const unsigned char enc_base64_digit[256]; /* value + 1 of each digit; 0: none */
MUST_USE err enc_base64_decode(struct arena *a, str text, str *bytes);
/* RFC 4648 section 5, without padding, as JOSE and WebAuthn write it. */
str enc_base64url(struct arena *a, str bytes);
MUST_USE err enc_base64url_decode(struct arena *a, str text, str *bytes);
str enc_base32(struct arena *a, str bytes); /* lower case, no padding */
str enc_hex(struct arena *a, str bytes);
MUST_USE err enc_hex_decode(struct arena *a, str text, str *bytes);

/* Percent-encodes all but RFC 3986's unreserved characters: for one path
 * segment or one query value. */
str enc_percent(struct arena *a, str bytes);
str enc_percent_path(struct arena *a, str bytes); /* of a whole path: / stays */
/* The inverse; plus: whether + stands for a space, as in a form's body. */
MUST_USE err enc_percent_decode(struct arena *a, str text, bool plus, str *bytes);

/* RFC 3461 section 4, as in ENVID and ORCPT: all but printable ASCII, "+" and "=" as "+2B". */
str enc_xtext(struct arena *a, str bytes);
/* The inverse; its text is printable ASCII and space or, where utf8 allows it, more
 * (RFC 6533 section 3). */
MUST_USE err enc_xtext_decode(struct arena *a, str text, bool utf8, str *bytes);
