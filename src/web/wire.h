/* web/wire.h: HTTP/1.1 as octets (RFC 9112): the head of a request, a chunked
 * body. Pure functions, fuzzed. Stricter than the RFC allows us to be lax:
 * whatever two parsers could read in two ways is refused, since a proxy in
 * front of us may be the other one.
 *
 *     ssize_t n = wire_head_end(bytes, &scanned);
 *     if (n > 0)
 *             status = wire_head_parse(a, str_first(bytes, n), &head, &why);
 */
#pragma once

#include "web/request.h"

#include <sys/types.h>

enum { WIRE_HEAD_MAX = 16384, WIRE_FIELDS_MAX = 100, WIRE_CHUNK_LINE_MAX = 256 };

struct wire_head {
	enum method method;
	str path, query; /* as they were sent */
	bool http10;
	bool keep;    /* the connection may serve another request */
	bool chunked; /* else the body has exactly length octets */
	bool expects; /* it waits for 100 Continue */
	int64_t length;
	struct pairs fields;
};

/* Where the head at the start of bytes ends: its length, with the blank line.
 * 0: not yet; *scanned (0 at first) remembers how far it was looked at.
 * -1: it never will be one: a bare LF or CR, or a NUL. */
ssize_t wire_head_end(str bytes, size_t *scanned);

/* Parses a head that wire_head_end found. 0, or the status to refuse it with
 * and why. Views of head or in the arena. Where it is refused head->keep is
 * false: what follows cannot be told apart. */
int wire_head_parse(struct arena *a, str bytes, struct wire_head *head, const char **why);

/* A chunked body (RFC 9112 section 7.1). */
struct wire_chunks {
	enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_DATA_END, CHUNK_TRAILER } state;
	int64_t left;
	size_t trailer;
};

enum chunk_result { CHUNKS_MORE, CHUNKS_DONE, CHUNKS_BROKEN, CHUNKS_TOO_LARGE };

/* Takes what it can off *bytes and adds it to body, which grows to at most max
 * octets. Call again with more. */
enum chunk_result wire_chunks_take(struct wire_chunks *c, str *bytes, size_t max,
				   struct buf *body);
