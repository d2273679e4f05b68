/* Packing, and the dictionaries that a list's posts train. */
#include "store/archive/blob_inside.h"

#include "base/mem.h"
#include "store/archive/armour.h"
#include "store/sqlite.h"
#include "store/table.h"

#include <zdict.h>

enum {
	DICTIONARY_LEAST = 110 * 1024, /* zstd's own default */
	DICTIONARY_MOST = 512 * 1024,  /* of each list that is read, in memory too */
	SHARE = 26, /* a dictionary's part of what it learns from: more is learnt by heart */
	SAMPLES_LEAST = 100,
	SAMPLES_OCTETS = 32 * 1024 * 1024,
	LARGE = 64 * 1024, /* octets from which a message is mostly an attachment */
	LEVEL = 9,
	LEVEL_LARGE = 6, /* most of it is packed already: only time is lost */
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

static err newest_dictionary(struct book *b, int64_t list, int64_t *id)
{
	bool found;
	*id = 0;
	return book_number(b, id, &found,
			   "SELECT id FROM dictionary WHERE list = ?1 AND retired = 0 "
			   "ORDER BY id DESC LIMIT 1",
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

/* One frame more in the packer's room. The book's row names the dictionary; the frame need not. */
static void pack_frame(struct archive_packer *p, str part, bool large)
{
	const char *from = part.n ? part.p : "";
	size_t room = ZSTD_compressBound(part.n);
	char *to = buf_room(&p->room, room);
	ZSTD_CCtx_setParameter(p->context, ZSTD_c_dictIDFlag, 0);
	ZSTD_CCtx_setParameter(p->context, ZSTD_c_compressionLevel,
			       large ? LEVEL_LARGE : LEVEL);
	ZSTD_CCtx_refCDict(p->context, large ? p->large : p->small);
	size_t n = ZSTD_compress2(p->context, to, room, from, part.n);
	if (ZSTD_isError(n)) /* the room is what zstd asked for: only memory is left */
		mem_exhausted();
	p->room.n += n;
}

/* Lines of base64 as what they mean, the rest as it is. */
static void pack_large(struct archive_packer *p, str part)
{
	struct armour x;
	ARENA(a);
	for (; armour_find(part, &x); part = x.after) {
		char mark[FRAME_MARK_OCTETS];
		str inner = { 0, armour_inner(x.lines.n, x.width) };
		char *octets = arena_alloc(a, inner.n);
		armour_off(octets, x.lines, x.width);
		inner.p = octets;
		if (x.before.n)
			pack_frame(p, x.before, true);
		frame_mark(mark, x.width);
		buf_add(&p->room, (str){ mark, sizeof mark });
		pack_frame(p, inner, true);
	}
	pack_frame(p, part, true);
}

void archive_pack(struct archive_packer *p, struct arena *a, str message, size_t header,
		  struct archive_packed *out)
{
	bool large = message.n > LARGE;
	buf_clear(&p->room);
	if (header)
		pack_frame(p, str_first(message, header), large);
	if (large && !header)
		pack_large(p, str_skip(message, header));
	else
		pack_frame(p, str_skip(message, header), large);
	*out = (struct archive_packed){ p->dictionary, arena_copy(a, buf_str(&p->room)) };
}

err archive_dictionary_wanted(struct book *b, int64_t list, bool *wanted)
{
	int64_t id;
	TRY(book_number(
		b, &id, wanted,
		"SELECT id FROM dictionary WHERE list = ?1 AND retired = 0 LIMIT 1",
		SQL_I(list)));
	*wanted = !*wanted;
	return OK;
}

static size_t size_of(size_t samples)
{
	size_t n = samples / SHARE;
	return n < DICTIONARY_LEAST  ? DICTIONARY_LEAST
	       : n > DICTIONARY_MOST ? DICTIONARY_MOST
				     : n;
}

err archive_dictionary_train(struct book *b, struct arena *a, int64_t list,
			     const str *messages, size_t count)
{
	BUF(samples);
	size_t *sizes = arena_alloc(a, count * sizeof *sizes), n = 0;
	for (; n < count && samples.n < SAMPLES_OCTETS; n++) {
		str sample = str_first(messages[n], ARCHIVE_SAMPLE);
		buf_add(&samples, sample);
		sizes[n] = sample.n;
	}
	if (n < SAMPLES_LEAST)
		return OK;
	size_t room = size_of(samples.n);
	char *dict = arena_alloc(a, room);
	size_t made = ZDICT_trainFromBuffer(dict, room, samples.p, sizes, (unsigned)n);
	if (ZDICT_isError(made)) /* nothing repeats enough; zstd does without */
		return OK;
	return book_run(b, "INSERT INTO dictionary (list, bytes) VALUES (?1, ?2)",
			SQL_I(list), SQL_B(((str){ dict, made })));
}
