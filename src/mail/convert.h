/* mail/convert.h: iconv with its descriptors kept, a few a thread: opening one
 * costs as much as a short message. For charset.c. */
#pragma once

#include "base/arena.h"

/* Whether iconv has a charset of that name. */
bool convert_knows(str charset);

/* Bytes as UTF-8, U+FFFD where they are wrong, and how many were; with a
 * charset that iconv does not know, all of them. */
size_t convert(struct arena *a, str bytes, str charset, str *out);
