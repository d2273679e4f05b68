/* base/gzip.h: bytes as gzip (RFC 1952), at once. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

str gzip_pack(struct arena *a, str bytes);

/* The inverse, of at most limit octets. ERR_SYNTAX: damaged, cut short, or no gzip.
 * ERR_LIMIT: more than limit come out of it. */
MUST_USE err gzip_unpack(struct arena *a, str packed, size_t limit, str *bytes);
