#include "store/archive/blob_inside.h"

#include "base/buf.h"
#include "base/mem.h"
#include "store/sqlite.h"
#include "store/table.h"

#include <stdlib.h>

enum { KEPT_PACKED = 32 * 1024 }; /* octets; larger ones are unpacked at once */

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

struct codec *codec_of(struct book *b)
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

err dictionary_bytes(struct book *b, struct arena *a, int64_t id, str *bytes)
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

err archive_unpack(struct archive_unpacker *u, struct arena *a,
		   const struct archive_blob *z, str *message)
{
	*message = z->bytes;
	if (!z->bytes.n || z->unpacked)
		return OK;
	return frames_unpack(u->context, a, z->dictionary, z->bytes, z->limit, message);
}

err archive_unpack_text(struct archive_unpacker *u, struct arena *a,
			const struct archive_blob *z, str *text, bool *plain)
{
	size_t length = z->bytes.n, octets = 0;
	if (z->bytes.n && !z->unpacked)
		TRY(frames_first(z->bytes, &length, &octets));
	*plain = !z->unpacked && frames_apart(z->bytes, length);
	if (!*plain)
		return archive_unpack(u, a, z, text);
	return frames_unpack(u->context, a, z->dictionary, str_skip(z->bytes, length),
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

/* One row of dictionary and bytes. */
static err unpack_row(struct book *b, struct arena *a, const char *sql, int64_t id,
		      size_t limit, str *message, bool *found)
{
	struct rows r;
	struct archive_blob z = { .limit = limit };
	err e = OK;
	TRY(book_rows(b, &r, sql, SQL_I(id)));
	*found = rows_next(&r);
	if (*found)
		e = read_blob(b, &r, 0, &z);
	if (*found && !e.kind)
		e = archive_unpack(archive_unpacker_of(b), a, &z, message);
	TRY(rows_end(&r));
	return e;
}

err archive_blob_read(struct book *b, struct arena *a, int64_t id, size_t limit,
		      str *message)
{
	bool found;
	TRY(unpack_row(b, a, "SELECT dictionary, bytes FROM blob WHERE id = ?1", id,
		       limit, message, &found));
	return found ? OK
		     : FAIL(ERR_NOTFOUND, "the archive holds no message of that post");
}

err archive_hidden_read(struct book *b, struct arena *a, int64_t id, str *message,
			bool *found)
{
	return unpack_row(b, a, "SELECT dictionary, bytes FROM hidden WHERE id = ?1", id,
			  SIZE_MAX, message, found);
}

err archive_hidden_replace(struct book *b, int64_t id, const struct archive_packed *z)
{
	return book_run(b, "UPDATE hidden SET dictionary = ?2, bytes = ?3 WHERE id = ?1",
			SQL_I(id), SQL_I(z->dictionary), SQL_B(z->bytes));
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
