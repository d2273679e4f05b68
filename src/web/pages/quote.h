/* web/pages/quote.h: how an answer begins: what it quotes, its subject, and which
 * messages it follows. Pure.
 *
 *     str text = quote_text(a, STR("Anna, 24 Nov 2026"), parent_text);
 *     str subject = quote_subject(a, STR("[dev] Re: maps"), STR("[dev]"));
 */
#pragma once

#include "base/arena.h"

/* "Anna, 24 Nov 2026:\n> first line\n>\n> second\n\n". The signature ("-- " and what
 * follows) and empty lines at the end are left out; a text that is longer than
 * QUOTE_MAX lines is cut, and says so. */
enum { QUOTE_MAX = 400 };
str quote_text(struct arena *a, str who, str text);

/* "Re: maps": without the list's prefix, and with one Re:. */
str quote_subject(struct arena *a, str subject, str prefix);

/* References of an answer (RFC 5322 section 3.6.4): the parent's, then the parent.
 * Ids without brackets; of many the first and the last 20 stay. */
str quote_references(struct arena *a, const str *ids, size_t count, str parent);
