/* web/multipart.h: multipart/form-data (RFC 7578) as it comes, so that a file in a form is never
 * in memory. Pure.
 *
 *     TRY(multipart_new(a, content_type, &hear, &m));
 *     TRY(multipart_take(m, octets));            // as often as some come
 *     TRY(multipart_end(m)); */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "web/request.h"

enum { MULTIPART_HEAD_MAX = 4096, MULTIPART_PARTS_MAX = 50 };

struct multipart;

struct multipart_hear {
	/* A part begins: its name, and filename where it is a file (else empty). */
	err (*begin)(void *ctx, const struct pair *head);
	err (*data)(void *ctx, str octets);
	err (*end)(void *ctx); /* of the part */
	void *ctx;
};

/* hear must live as long; m lives in a. ERR_NOTFOUND: it is no such form. ERR_SYNTAX: its type
 * names no boundary. */
MUST_USE err multipart_new(struct arena *a, str content_type,
			   const struct multipart_hear *hear, struct multipart **m);
void multipart_free(struct multipart *m); /* NULL is fine */

/* ERR_SYNTAX: it is broken. ERR_LIMIT: too many parts. Else what hear gave. */
MUST_USE err multipart_take(struct multipart *m, str octets);

/* ERR_SYNTAX: it ended before its closing delimiter. */
MUST_USE err multipart_end(const struct multipart *m);
