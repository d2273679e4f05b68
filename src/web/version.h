/* web/version.h: which version of a file there is, which one a client has, and which octets of
 * it are wanted: the conditions (RFC 9110 section 13) and ranges (section 14).
 *
 *     struct version v = version_of(q->arena, tag, changed_at);
 *     struct range_set set;
 *     int status = version_choose(q, r, &v, size, &set);
 *     if (!status)
 *             return;                                 // it is answered: 304, 412 or 416
 *     version_say(r, status, &set, size);             // 200 or 206 and Content-Range
 *     … the octets of set …
 */
#pragma once

#include "web/range.h"
#include "web/request.h"

struct version {
	str tag, quoted; /* strong: section 8.8.3 */
	int64_t at; /* seconds, never later than now (section 8.8.2.1); -1: it has no date */
	str date; /* the same as Last-Modified says it */
};

/* tag: text without quotes that changes whenever the octets do. at: when they last did; -1:
 * nobody knows. */
struct version version_of(struct arena *a, str tag, int64_t at);

/* What the client wants of a file of that size. Sets ETag, Last-Modified, Accept-Ranges.
 * 200: all of it, set has one row; 206: set; 0: the answer stands in r. */
int version_choose(const struct request *q, struct response *r, const struct version *v,
		   int64_t size, struct range_set *set);

/* The status, and Content-Range where one range is sent. Several are a body of parts. */
void version_say(struct response *r, int status, const struct range_set *set,
		 int64_t size);

/* What stands before each of several ranges, and behind the last (section 14.6). */
struct range_parts {
	str type;               /* of the answer */
	str heads[RANGES_MOST]; /* set->count of them */
	str end;
};
void version_parts(struct arena *a, const struct range_set *set, str type, int64_t size,
		   struct range_parts *p);

/* "Sun, 06 Nov 1994 08:49:37 GMT" (section 5.6.7). */
str http_date(struct arena *a, int64_t seconds);
