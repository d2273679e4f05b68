/* base/gzip.h: bytes as gzip (RFC 1952), at once. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

str gzip_pack(struct arena *a, str bytes);

/* Beyond its first 64 KB nothing may grow more than this: no text does. */
enum { GZIP_RATIO = 250 };

/* The inverse, of at most limit octets. ERR_SYNTAX: damaged, cut short, or no gzip.
 * ERR_LIMIT: more than limit come out of it, or more than GZIP_RATIO times as much. */
MUST_USE err gzip_unpack(struct arena *a, str packed, size_t limit, str *bytes);

/* The inverse from file to file, all members of it, from where they stand. Some of it may be
 * written where it fails. ERR_SYNTAX and ERR_LIMIT as above; ERR_IO: the rest. */
MUST_USE err gzip_unpack_file(struct arena *a, int from, int to, size_t limit);
