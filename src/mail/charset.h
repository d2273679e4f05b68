/* mail/charset.h: any charset to UTF-8, whatever the label says. */
#pragma once

#include "base/arena.h"

/* Bytes with a declared charset ("" for none) as valid UTF-8. Never fails:
 * aliases and misspellings are known, a wrong label is overruled by valid
 * UTF-8, then what this thread assumes, then uchardet, then windows-1252. *used (may be NULL)
 * names what was applied. */
str charset_decode(struct arena *a, str bytes, str declared, str *used);

/* What this thread reads bytes as that declare no charset, one that nobody knows or a wrong
 * one, and are no UTF-8, before it guesses; "" (at first): it guesses at once. Gives the one
 * before. Both names live as long as the process. */
str charset_assume(str charset);
str charset_assumed(void);

/* Whether a label is one that charset_decode follows. */
bool charset_known(str label);

/* UTF-8 text in the bytes of what charset_decode has said it used, as it reads them; what
 * the charset cannot say is "?". False, with nothing written: it is not known. */
bool charset_write(struct arena *a, str text, str used, str *bytes);

/* UTF-8 text in the bytes of a declared charset, to be put before or behind others of
 * it, line by line. False, with nothing written: it is not known, cannot say all of it,
 * or lines in it do not end as they do in ASCII. */
bool charset_encode(struct arena *a, str text, str declared, str *bytes);
