/* account/cbor.h: CBOR (RFC 8949) as authenticators write it: definite lengths, whole numbers,
 * octets, text, arrays, maps. Pure; nothing is copied, and no more is read than is there.
 *
 *     TRY(cbor_next(&rest, &map));                  // map.kind == CBOR_MAP, of map.count pairs
 *     for (size_t i = 0; i < map.count; i++) {
 *             TRY(cbor_next(&rest, &key));
 *             TRY(cbor_skip(&rest));                // its value
 *     }
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { CBOR_DEPTH = 8, CBOR_ITEMS = 1000 };

enum cbor_kind {
	CBOR_NUMBER,
	CBOR_OCTETS,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_OTHER, /* false, true, null, undefined and other simple values, floats */
};

struct cbor {
	enum cbor_kind kind;
	int64_t number;
	str text;     /* CBOR_OCTETS, CBOR_TEXT: a view */
	size_t count; /* CBOR_ARRAY: items that follow; CBOR_MAP: pairs */
};

/* Takes a number, a text or the head of an array or a map off the front of *rest. ERR_SYNTAX:
 * it is cut off, of an indefinite length, a tag, a number beyond 63 bits, or says that more
 * follows than there are octets. */
MUST_USE err cbor_next(str *rest, struct cbor *out);

/* A whole item with all within it. ERR_LIMIT: deeper than CBOR_DEPTH, or of more than
 * CBOR_ITEMS. */
MUST_USE err cbor_skip(str *rest);
