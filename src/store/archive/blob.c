#include "store/archive/blob.h"

#include "base/buf.h"
#include "base/mem.h"
#include "store/sqlite.h"
#include "store/table.h"

#include <stdlib.h>
#include <zdict.h>
#include <zstd.h>

enum {
	DICTIONARY = 110 * 1024, /* zstd's own default */
	SAMPLE = 16 * 1024,      /* octets of a message to learn from */
	SAMPLES_LEAST = 100,
	SAMPLES_OCTETS = 16 * 1024 * 1024,
	LARGE = 64 * 1024, /* octets from which a message is mostly an attachment */
	LEVEL = 5,
	KEPT_PACKED = 32 * 1024, /* octets; larger ones are unpacked at once */
	PACKERS = 4,             /* lists that post at the same time */
	LEVEL_LARGE = 3, /* base64 of what is compressed already: only time is lost */
};

struct archive_packer {
	ZSTD_CCtx *context;
	int64_t list, dictionary;
	ZSTD_CDict *small, *large; /* NULL without a dictionary */
	struct buf room;           /* zstd wants more than it will fill */
};

struct archive_unpacker {
	ZSTD_DCtx *context;
};

struct archive_unpacker *archive_unpacker_new(void)
{
	struct archive_unpacker *u = mem_zero(sizeof *u);
	u->context = ZSTD_createDCtx();
	if (!u->context)
		mem_exhausted();
	return u;
}

void archive_unpacker_free(struct archive_unpacker *u)
{
	if (u)
		ZSTD_freeDCtx(u->context);
	free(u);
}

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

void archive_packer_close(struct archive_packer *p)
{
	if (!p)
		return;
	ZSTD_freeCDict(p->small);
	ZSTD_freeCDict(p->large);
	ZSTD_freeCCtx(p->context);
	buf_free(&p->room);
	*p = (struct archive_packer){ 0 };
}

static void codec_drop(void *arg)
{
	struct codec *c = arg;
	for (size_t i = 0; i < c->count; i++)
		ZSTD_freeDDict(c->dicts[i].dict);
	free(c->dicts);
	for (size_t i = 0; i < PACKERS; i++)
		archive_packer_close(&c->packers[i]);
	archive_unpacker_free(c->unpacker);
	free(c);
}

static struct codec *codec_of(struct book *b)
{
	void **extra = book_extra(b, codec_drop);
	if (!*extra) {
		struct codec *c = mem_zero(sizeof *c);
		c->unpacker = archive_unpacker_new();
		*extra = c;
	}
	return *extra;
}

struct archive_unpacker *archive_unpacker_of(struct book *b)
{
	return codec_of(b)->unpacker;
}

static err dictionary_bytes(struct book *b, struct arena *a, int64_t id, str *bytes)
{
	struct rows r;
	TRY(book_rows(b, &r, "SELECT bytes FROM dictionary WHERE id = ?1", SQL_I(id)));
	bool found = rows_next(&r);
	if (found)
		*bytes = rows_str(&r, a, 0);
	TRY(rows_end(&r));
	return found ? OK
		     : err_in(a, ERR_IO,
			      "the archive lacks dictionary %lld, without which its "
			      "posts cannot be "
			      "read; restore the book from a backup",
			      (long long)id);
}

static err dictionary_of(struct book *b, int64_t id, const ZSTD_DDict **dict)
{
	struct codec *c = codec_of(b);
	*dict = NULL;
	if (!id)
		return OK;
	for (size_t i = 0; i < c->count && !*dict; i++)
		if (c->dicts[i].id == id)
			*dict = c->dicts[i].dict;
	if (*dict)
		return OK;
	ARENA(mine);
	str bytes;
	err e = dictionary_bytes(b, mine, id, &bytes);
	if (e.kind)
		return e.kind == ERR_IO
			       ? FAIL(ERR_IO, "the archive lacks a dictionary that its "
					      "posts need; restore it from a backup")
			       : e;
	ZSTD_DDict *made = ZSTD_createDDict(bytes.p, bytes.n);
	if (!made)
		mem_exhausted();
	c->dicts = mem_grow(c->dicts, (c->count + 1) * sizeof *c->dicts);
	c->dicts[c->count++] = (struct codec_dictionary){ id, made };
	*dict = made;
	return OK;
}

static err newest_dictionary(struct book *b, int64_t list, int64_t *id)
{
	bool found;
	*id = 0;
	return book_number(
		b, id, &found,
		"SELECT id FROM dictionary WHERE list = ?1 ORDER BY id DESC LIMIT 1",
		SQL_I(list));
}

static err packer_start(struct book *b, struct arena *a, int64_t list, int64_t dictionary,
			struct archive_packer *p)
{
	*p = (struct archive_packer){ .list = list, .dictionary = dictionary };
	if (dictionary) {
		str bytes;
		TRY(dictionary_bytes(b, a, dictionary, &bytes));
		p->small = ZSTD_createCDict(bytes.p, bytes.n, LEVEL);
		p->large = ZSTD_createCDict(bytes.p, bytes.n, LEVEL_LARGE);
	}
	p->context = ZSTD_createCCtx();
	if (!p->context || (dictionary && (!p->small || !p->large)))
		mem_exhausted();
	return OK;
}

err archive_packer_open(struct book *b, struct arena *a, int64_t list,
			struct archive_packer **out)
{
	int64_t dictionary;
	TRY(newest_dictionary(b, list, &dictionary));
	*out = arena_zero(a, sizeof **out);
	return packer_start(b, a, list, dictionary, *out);
}

err archive_packer_kept(struct book *b, int64_t list, struct archive_packer **out)
{
	struct codec *c = codec_of(b);
	int64_t dictionary;
	TRY(newest_dictionary(b, list, &dictionary));
	for (size_t i = 0; i < PACKERS; i++) {
		*out = &c->packers[i];
		if ((*out)->context && (*out)->list == list
		    && (*out)->dictionary == dictionary)
			return OK;
	}
	ARENA(a);
	*out = &c->packers[c->next++ % PACKERS];
	archive_packer_close(*out);
	return packer_start(b, a, list, dictionary, *out);
}

/* One frame more in the packer's room. */
static void pack_frame(struct archive_packer *p, str part, bool large)
{
	const char *from = part.n ? part.p : "";
	size_t room = ZSTD_compressBound(part.n), n;
	char *to = buf_room(&p->room, room);
	if (p->small)
		n = ZSTD_compress_usingCDict(p->context, to, room, from, part.n,
					     large ? p->large : p->small);
	else
		n = ZSTD_compressCCtx(p->context, to, room, from, part.n,
				      large ? LEVEL_LARGE : LEVEL);
	if (ZSTD_isError(n)) /* the room is what zstd asked for: only memory is left */
		mem_exhausted();
	p->room.n += n;
}

void archive_pack(struct archive_packer *p, struct arena *a, str message, size_t header,
		  struct archive_packed *out)
{
	bool large = message.n > LARGE;
	buf_clear(&p->room);
	if (header)
		pack_frame(p, str_first(message, header), large);
	pack_frame(p, str_skip(message, header), large);
	*out = (struct archive_packed){ p->dictionary, arena_copy(a, buf_str(&p->room)) };
}

err archive_dictionary_wanted(struct book *b, int64_t list, bool *wanted)
{
	int64_t id;
	TRY(book_number(b, &id, wanted,
			"SELECT id FROM dictionary WHERE list = ?1 LIMIT 1",
			SQL_I(list)));
	*wanted = !*wanted;
	return OK;
}

err archive_dictionary_train(struct book *b, struct arena *a, int64_t list,
			     const str *messages, size_t count)
{
	BUF(samples);
	size_t *sizes = arena_alloc(a, count * sizeof *sizes), n = 0;
	for (; n < count && samples.n < SAMPLES_OCTETS; n++) {
		str sample = str_first(messages[n], SAMPLE);
		buf_add(&samples, sample);
		sizes[n] = sample.n;
	}
	if (n < SAMPLES_LEAST)
		return OK;
	char *dict = arena_alloc(a, DICTIONARY);
	size_t made = ZDICT_trainFromBuffer(dict, DICTIONARY, samples.p, sizes,
					    (unsigned)n);
	if (ZDICT_isError(made)) /* nothing repeats enough; zstd does without */
		return OK;
	return book_run(b, "INSERT INTO dictionary (list, bytes) VALUES (?1, ?2)",
			SQL_I(list), SQL_B(((str){ dict, made })));
}

err archive_blob_add(struct book *b, int64_t id, const struct archive_packed *z)
{
	return book_run(b, "INSERT INTO blob (id, dictionary, bytes) VALUES (?1, ?2, ?3)",
			SQL_I(id), SQL_I(z->dictionary), SQL_B(z->bytes));
}

err archive_blob_replace(struct book *b, int64_t id, const struct archive_packed *z)
{
	return book_run(b, "UPDATE blob SET dictionary = ?2, bytes = ?3 WHERE id = ?1",
			SQL_I(id), SQL_I(z->dictionary), SQL_B(z->bytes));
}

static const char DAMAGED[] = "a post in the archive book is damaged and cannot be "
			      "unpacked; restore it from a backup";

/* Only the first `limit` octets: the rest is not even decoded. */
static err unpack_some(ZSTD_DCtx *c, const ZSTD_DDict *dict, str packed, char *to,
		       size_t limit, size_t *got)
{
	ZSTD_inBuffer in = { packed.p, packed.n, 0 };
	ZSTD_outBuffer out = { to, limit, 0 };
	ZSTD_DCtx_reset(c, ZSTD_reset_session_only);
	ZSTD_DCtx_refDDict(c, dict);
	while (out.pos < out.size) {
		size_t was = out.pos, rc = ZSTD_decompressStream(c, &out, &in);
		if (ZSTD_isError(rc) || (rc && out.pos == was && in.pos == in.size))
			return FAIL(ERR_IO, DAMAGED);
		if (!rc && in.pos == in.size) /* the end of the last frame */
			break;
	}
	*got = out.pos;
	return OK;
}

/* The first frame: its octets in the book, and unpacked. */
static err measure_frame(str packed, size_t *length, size_t *octets)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed.p, packed.n);
	*length = ZSTD_findFrameCompressedSize(packed.p, packed.n);
	*octets = (size_t)size;
	return size > ARCHIVE_MESSAGE_MAX || ZSTD_isError(*length) /* also "unknown" */
		       ? FAIL(ERR_IO, DAMAGED)
		       : OK;
}

static err measure_frames(str packed, size_t *octets)
{
	for (*octets = 0; packed.n;) {
		size_t length, more;
		TRY(measure_frame(packed, &length, &more));
		*octets += more;
		if (*octets > ARCHIVE_MESSAGE_MAX)
			return FAIL(ERR_IO, DAMAGED);
		packed = str_skip(packed, length);
	}
	return OK;
}

/* All of these frames, or the first octets of what they hold. */
static err unpack_frames(struct archive_unpacker *u, struct arena *a, const void *dict,
			 str packed, size_t limit, str *out)
{
	size_t size, got;
	TRY(measure_frames(packed, &size));
	size_t room = limit < size ? limit : size;
	char *to = arena_alloc(a, room);
	if (room < size) {
		TRY(unpack_some(u->context, dict, packed, to, room, &got));
	} else {
		got = ZSTD_decompress_usingDDict(u->context, to, room, packed.p, packed.n,
						 dict);
		if (ZSTD_isError(got))
			return FAIL(ERR_IO, DAMAGED);
	}
	*out = (str){ to, got };
	return OK;
}

err archive_unpack(struct archive_unpacker *u, struct arena *a,
		   const struct archive_blob *z, str *message)
{
	*message = z->bytes;
	if (!z->bytes.n || z->unpacked)
		return OK;
	return unpack_frames(u, a, z->dictionary, z->bytes, z->limit, message);
}

err archive_unpack_text(struct archive_unpacker *u, struct arena *a,
			const struct archive_blob *z, str *text, bool *plain)
{
	size_t length = z->bytes.n, octets = 0;
	if (z->bytes.n && !z->unpacked)
		TRY(measure_frame(z->bytes, &length, &octets));
	*plain = length < z->bytes.n;
	if (!*plain)
		return archive_unpack(u, a, z, text);
	return unpack_frames(u, a, z->dictionary, str_skip(z->bytes, length),
			     z->limit > octets ? z->limit - octets : 0, text);
}

static err read_blob(struct book *b, struct rows *r, int column, struct archive_blob *z)
{
	const ZSTD_DDict *dict;
	TRY(dictionary_of(b, rows_i64(r, column), &dict));
	z->bytes = rows_view(r, column + 1);
	z->dictionary = dict;
	return OK;
}

/* The row's octets go with the row. A small one is copied as it is; of a large one, whose
 * attachments nobody wants, only what is wanted. */
static err keep_blob(struct book *b, struct arena *a, struct archive_blob *z)
{
	str message;
	if (z->bytes.n <= KEPT_PACKED) {
		z->bytes = arena_copy(a, z->bytes);
		return OK;
	}
	TRY(archive_unpack(archive_unpacker_of(b), a, z, &message));
	z->bytes = message;
	z->unpacked = true;
	return OK;
}

err archive_blob_read(struct book *b, struct arena *a, int64_t id, size_t limit,
		      str *message)
{
	struct rows r;
	struct archive_blob z = { .limit = limit };
	err e = OK;
	TRY(book_rows(b, &r, "SELECT dictionary, bytes FROM blob WHERE id = ?1",
		      SQL_I(id)));
	bool found = rows_next(&r);
	if (found)
		e = read_blob(b, &r, 0, &z);
	if (found && !e.kind)
		e = archive_unpack(archive_unpacker_of(b), a, &z, message);
	TRY(rows_end(&r));
	return found ? e
		     : FAIL(ERR_NOTFOUND, "the archive holds no message of that post");
}

err archive_blobs_read(struct book *b, struct arena *a, const int64_t *ids, size_t count,
		       struct archive_blob *blobs)
{
	struct rows r;
	err e = OK;
	BUF(list);
	for (size_t i = 0; i < count; i++) {
		blobs[i] = (struct archive_blob){ .limit = blobs[i].limit };
		buf_addf(&list, "%c%lld", i ? ',' : '[', (long long)ids[i]);
	}
	buf_add(&list, count ? STR("]") : STR("[]"));
	TRY(book_rows(b, &r,
		      "SELECT w.key, x.dictionary, x.bytes FROM json_each(?1) w "
		      "CROSS JOIN blob x ON x.id = w.value",
		      SQL_S(buf_str(&list))));
	while (!e.kind && rows_next(&r)) {
		struct archive_blob *z = &blobs[rows_i64(&r, 0)];
		e = read_blob(b, &r, 1, z);
		if (!e.kind)
			e = keep_blob(b, a, z);
	}
	err end = rows_end(&r);
	return e.kind ? e : end;
}
