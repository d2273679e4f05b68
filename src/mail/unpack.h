/* mail/unpack.h: what a stranger packed, in bounds: gzip (RFC 1952) or
 * the first file of a zip archive, stored or deflated. Nothing is written anywhere and no
 * name in an archive counts.
 *
 *     if (unpack_kind(bytes) != UNPACK_PLAIN)
 *             TRY(unpack(a, bytes, 32 << 20, &out));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum unpack_kind { UNPACK_PLAIN, UNPACK_GZIP, UNPACK_ZIP };

/* Beyond its first 64 KB nothing may grow more than this: no text does. */
enum { UNPACK_RATIO = 250 };

/* By its first octets. */
enum unpack_kind unpack_kind(str bytes);

/* What is in it, at most max octets; plain bytes as they are. ERR_LIMIT: more, or more
 * than UNPACK_RATIO times as much. ERR_SYNTAX: damaged, encrypted, or packed in a way
 * that this does not know. */
MUST_USE err unpack(struct arena *a, str bytes, size_t max, str *out);
