/* base/utf8.h: is it UTF-8, and what is the next character. */
#pragma once

#include "base/arena.h"

bool utf8_valid(str s); /* RFC 3629: shortest forms only, no surrogates */

/* Takes one character off *s. A byte that starts none gives U+FFFD and is
 * skipped alone. s is not empty. */
uint32_t utf8_next(str *s);

/* s itself where it is valid, else a copy with U+FFFD for each wrong byte. */
str utf8_scrub(struct arena *a, str s);

/* At most its first n octets, not ending inside a character. */
str utf8_first(str s, size_t n);

/* NFC and full case folding, for comparing what people typed (libunistring).
 * Invalid input is scrubbed first. */
str utf8_fold(struct arena *a, str s);

/* As it is, in NFC. Invalid input is scrubbed first. */
str utf8_nfc(struct arena *a, str s);

/* Han, Kana, Hangul: scripts that are written without blanks between words, or whose
 * blanks do not part what is looked for. */
bool utf8_is_east(uint32_t c);
