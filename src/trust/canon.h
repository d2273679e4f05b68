/* trust/canon.h: the canonical forms of RFC 6376 section 3.4, which DKIM and
 * ARC share: what a signature covers once white space that relays disturb is
 * taken out.
 *
 *     struct canon_body body;
 *     canon_body(message_body, CANON_RELAXED, CANON_ALL, &body);
 *     canon_field(&out, CANON_RELAXED, field->raw);
 *
 * A lone LF counts as CRLF: files on disk have such lines, mail on the wire
 * never does. */
#pragma once

#include "base/buf.h"
#include "trust/hash.h"

enum canon { CANON_SIMPLE, CANON_RELAXED };

#define CANON_ALL UINT64_MAX

struct canon_body {
	unsigned char sum[HASH_SIZE]; /* of the canonical body's first octets */
	uint64_t size;                /* of the whole canonical body */
};

/* Adds one whole field in canonical form, its CRLF included. */
void canon_field(struct buf *out, enum canon how, str raw);

/* Hashes at most limit octets of the canonical body (l= of a signature). */
void canon_body(str body, enum canon how, uint64_t limit, struct canon_body *out);

/* "simple/relaxed" and so on, the body's form optional (then simple). False,
 * with nothing written, for anything else. */
bool canon_parse(str text, enum canon *header, enum canon *body);
const char *canon_text(enum canon header, enum canon body);

/* The hashes of one body, each worked out when first asked for: a message with
 * five signatures is hashed once. Zero-initialise, set body. */
struct canon_cache {
	str body;
	bool known[2];
	struct canon_body whole[2];
};
const struct canon_body *canon_whole(struct canon_cache *c, enum canon how);
