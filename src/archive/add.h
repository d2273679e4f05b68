/* archive/add.h: a message becomes a post of a list's archive: parsed, put in
 * its thread, its words indexed, the whole of it kept.
 *
 *     int64_t number;
 *     TRY(archive_add(b, a, &(struct archive_arrival){ .list = 3, .source = source,
 *             .message = bytes, .received_at = now }, &number));
 *     -> https://lists.example/lists/dev/4711
 *
 * Idempotent: a source that is there already gives the number it had. */
#pragma once

#include "store/archive/verdict.h"

/* What begins the source of a post that came by an import. */
#define ARCHIVE_IMPORTED STR("mbox/")

struct archive_arrival {
	int64_t list;
	str source;          /* "17/dev@lists.example", unique in the book */
	str message;         /* whole, CRLF line ends */
	int64_t received_at; /* seconds */
	str charset;         /* of what declares none: charset_assume(); "" for none */
	struct archive_verdict verdict; /* of the wall; empty: it was not asked */
};

/* Durable when it returns OK, or with the caller's transaction where one is open.
 * ERR_LIMIT: the header is beyond mail/header.h's limits or the message beyond
 * ARCHIVE_MESSAGE_MAX. ERR_SYNTAX: it has no header at all. */
MUST_USE err archive_add(struct book *b, struct arena *a, const struct archive_arrival *x,
			 int64_t *number);
