/* store/archive/blob_inside.h: what a connection keeps to pack and unpack with. blob.c reads;
 * frames.c unpacks; pack.c packs, and trains dictionaries. */
#pragma once

#include "base/buf.h"
#include "store/archive/blob.h"

#include <zstd.h>

enum { PACKERS = 4 }; /* lists that post at the same time */

struct archive_packer {
	ZSTD_CCtx *context;
	int64_t list, dictionary;
	ZSTD_CDict *small, *large; /* NULL without a dictionary */
	struct buf room;           /* zstd wants more than it will fill */
};

struct archive_unpacker {
	ZSTD_DCtx *context;
};

/* What a connection keeps: a context and the dictionaries seen so far. */
struct codec {
	struct archive_unpacker *unpacker;
	struct codec_dictionary {
		int64_t id;
		ZSTD_DDict *dict;
	} * dicts;
	size_t count;
	struct archive_packer packers[PACKERS];
	size_t next;
};

struct codec *codec_of(struct book *b);

/* ERR_IO: the book lacks it. */
MUST_USE err dictionary_bytes(struct book *b, struct arena *a, int64_t id, str *bytes);

/* A message is packed as frames of zstd, one after the other (RFC 8878). What stands behind a
 * skippable frame that FRAME_MARK begins, with a width as its four octets, is what lines of
 * base64 mean, each so wide (armour.h). */
enum { FRAME_MARK = 0x184D2A5B, FRAME_MARK_OCTETS = 12 };
void frame_mark(char to[FRAME_MARK_OCTETS], unsigned width);

/* The first frame, with its mark: its octets here, and those of what it holds.
 * ERR_IO: it is damaged. */
MUST_USE err frames_first(str packed, size_t *length, size_t *octets);

/* Is it two frames, of which none is marked: a header that is kept apart, and a body? */
bool frames_apart(str packed, size_t first);

/* What all of these frames hold, or its first `limit` octets. dict: NULL without one.
 * ERR_IO: they are damaged. */
MUST_USE err frames_unpack(ZSTD_DCtx *c, struct arena *a, const ZSTD_DDict *dict,
			   str packed, size_t limit, str *out);
