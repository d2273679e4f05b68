/* store/archive/blob_inside.h: what a connection keeps to pack and unpack with. blob.c reads
 * and unpacks; pack.c packs, and trains dictionaries. */
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
