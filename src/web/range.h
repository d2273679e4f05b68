/* web/range.h: which octets of a file are wanted (RFC 9110 section 14).
 *
 *     struct range_set s;
 *     int status = range_parse(request_header(q, "range"), size, &s);
 *     // 0: the whole; 206: s.rows; 416: no octet of it is there */
#pragma once

#include "base/arena.h"

enum { RANGES_MOST = 16 };

struct range {
	int64_t from, count;
};

struct range_set {
	struct range rows[RANGES_MOST];
	size_t count;
};

/* Ranges that overlap or stand so close together that a part's head would be longer than the
 * gap become one; the others stay in the order in which they were asked for. 0 also where
 * they are more than RANGES_MOST then or more in all than the file: section 14.2 lets us
 * ignore what nobody needs and a server pays for. */
int range_parse(str header, int64_t size, struct range_set *s);

/* What Content-Range says: "bytes 0-9/100"; r = NULL: "bytes *" and the size. */
str range_text(struct arena *a, const struct range *r, int64_t size);
