/* Pictures that strangers sent: real ones of each kind, what is left out of them, and what is
 * none. */
#include "archive/picture.h"

#include "base/file.h"
#include "tests/check.h"

#include <stdlib.h>
#include <zlib.h>

static const struct {
	const char *path, *type;
	int64_t width, height;
} real[] = {
	{ "python/python.png", "image/png", 16, 16 },
	{ "python/python.jpg", "image/jpeg", 16, 16 },
	{ "python/python.gif", "image/gif", 16, 16 },
	{ "python/python.webp", "image/webp", 16, 16 },
	{ "ruby-mail/attachments/test.png", "image/png", 100, 50 },
	{ "ruby-mail/attachments/test.jpg", "image/jpeg", 100, 50 },
	{ "ruby-mail/attachments/test.gif", "image/gif", 100, 50 },
	{ "ruby-mail/attachments/test.tiff", NULL, 0, 0 },
	{ "ruby-mail/attachments/test.pdf", NULL, 0, 0 },
	{ "python/python.bmp", NULL, 0, 0 },
};

static str read_shared(struct arena *a, const char *path)
{
	const char *data = getenv("POSTERN_DATA_SHARED");
	str bytes = STR_NONE;
	CHECK(data != NULL);
	if (data)
		CHECK(!file_read(a, arena_z(a, arena_printf(a, "%s/mime/%s", data, path)),
				 1 << 20, &bytes)
			       .kind);
	return bytes;
}

static bool is(str bytes, struct picture *p)
{
	struct picture none = { 0 };
	*p = none;
	return picture_filter(bytes, p, NULL);
}

static str filtered(struct arena *a, str bytes)
{
	struct picture p;
	BUF(out);
	CHECK(picture_filter(bytes, &p, &out));
	return arena_copy(a, buf_str(&out));
}

/* Cut anywhere before its last octet none is a picture, but for a GIF, of which the first
 * picture is enough. */
static void of_each_kind(void)
{
	for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
		ARENA(a);
		struct picture p, cut;
		str bytes = read_shared(a, real[i].path);
		CHECK(is(bytes, &p) == (real[i].type != NULL));
		if (!real[i].type)
			continue;
		CHECK(str_eq(p.type, str_from(real[i].type)));
		CHECK(p.width == real[i].width && p.height == real[i].height);
		str kept = filtered(a, bytes);
		CHECK(kept.n && kept.n <= bytes.n + 64);
		CHECK(str_eq(filtered(a, kept), kept));
		str more = arena_cat(a, bytes, STR("<script>alert(1)</script>"));
		CHECK(str_eq(filtered(a, more), kept));
		bool gif = str_eq(p.type, STR("image/gif"));
		for (size_t n = 0; n + gif < kept.n; n++)
			CHECK(!is(str_first(kept, n), &cut));
	}
}

/* ---- PNG */

static void chunk(struct buf *b, const char *name, str data)
{
	BUF(named);
	buf_cat(&named, str_from(name), data);
	for (int i = 24; i >= 0; i -= 8)
		buf_add_char(b, (char)(data.n >> i));
	buf_add(b, buf_str(&named));
	uLong sum = crc32(0, (const unsigned char *)named.p, (unsigned)named.n);
	for (int i = 24; i >= 0; i -= 8)
		buf_add_char(b, (char)(sum >> i));
}

static void png_begin(struct buf *b, unsigned width, unsigned height, const char *rest)
{
	BUF(head);
	for (int i = 24; i >= 0; i -= 8)
		buf_add_char(&head, (char)(width >> i));
	for (int i = 24; i >= 0; i -= 8)
		buf_add_char(&head, (char)(height >> i));
	buf_add(&head, (str){ rest, 5 });
	buf_add(b, STR("\x89PNG\r\n\x1a\n"));
	chunk(b, "IHDR", buf_str(&head));
}

static const char GREY8[] = "\x8\0\0\0\0", PALETTE8[] = "\x8\3\0\0\0",
		  RGB8[] = "\x8\2\0\0\0";

static void sizes(void)
{
	static const struct {
		unsigned width, height;
		bool good;
	} cases[] = {
		{ 1, 1, true },       { 0, 1, false },         { 1, 0, false },
		{ 5000, 4000, true }, { 5000, 4001, false },   { 20000, 1000, true },
		{ 20001, 1, false },  { 65535, 65535, false }, { 1u << 31, 1, false },
		{ ~0u, ~0u, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct picture p;
		BUF(b);
		png_begin(&b, cases[i].width, cases[i].height, GREY8);
		chunk(&b, "IDAT", STR("x"));
		chunk(&b, "IEND", STR(""));
		CHECK(is(buf_str(&b), &p) == cases[i].good);
		if (cases[i].good)
			CHECK(p.width == cases[i].width && p.height == cases[i].height);
	}
}

static void png_forms(void)
{
	static const struct {
		const char *rest;
		bool good;
	} cases[] = {
		{ "\x10\0\0\0\0", true }, { "\x3\0\0\0\0", false },
		{ "\x8\2\0\0\0", true },  { "\x4\2\0\0\0", false },
		{ "\x8\6\0\0\1", true },  { "\x8\1\0\0\0", false },
		{ "\x8\7\0\0\0", false }, { "\x8\0\1\0\0", false },
		{ "\x8\0\0\1\0", false }, { "\x8\0\0\0\2", false },
		{ "\x8\3\0\0\0", false }, { "\x40\0\0\0\0", false },
		{ "\0\0\0\0\0", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct picture p;
		BUF(b);
		png_begin(&b, 4, 4, cases[i].rest);
		chunk(&b, "IDAT", STR("x"));
		chunk(&b, "IEND", STR(""));
		CHECK(is(buf_str(&b), &p) == cases[i].good);
	}
}

struct piece {
	const char *name, *data;
	size_t n;
};
#define PIECE(name, data)                   \
	{                                   \
		name, data, sizeof data - 1 \
	}

static void png_chunks(void)
{
	static const struct {
		const char *head;
		struct piece pieces[5];
		bool good;
	} cases[] = {
		{ PALETTE8,
		  { PIECE("PLTE", "rgb"), PIECE("IDAT", "x"), PIECE("IEND", "") },
		  true },
		{ PALETTE8,
		  { PIECE("PLTE", "rgbr"), PIECE("IDAT", "x"), PIECE("IEND", "") },
		  false },
		{ PALETTE8,
		  { PIECE("PLTE", ""), PIECE("IDAT", "x"), PIECE("IEND", "") },
		  false },
		{ PALETTE8,
		  { PIECE("PLTE", "rgb"), PIECE("PLTE", "rgb"), PIECE("IDAT", "x"),
		    PIECE("IEND", "") },
		  false },
		{ PALETTE8,
		  { PIECE("PLTE", "rgb"), PIECE("tRNS", "\0"), PIECE("IDAT", "x"),
		    PIECE("IEND", "") },
		  true },
		{ PALETTE8,
		  { PIECE("PLTE", "rgb"), PIECE("tRNS", "\0\0"), PIECE("IDAT", "x"),
		    PIECE("IEND", "") },
		  false },
		{ GREY8,
		  { PIECE("tRNS", "\0\1"), PIECE("IDAT", "x"), PIECE("IEND", "") },
		  true },
		{ RGB8,
		  { PIECE("tRNS", "\0\1"), PIECE("IDAT", "x"), PIECE("IEND", "") },
		  false },
		{ GREY8,
		  { PIECE("IDAT", "x"), PIECE("tRNS", "\0\1"), PIECE("IEND", "") },
		  false },
		{ GREY8,
		  { PIECE("PLTE", "rgb"), PIECE("IDAT", "x"), PIECE("IEND", "") },
		  false },
		{ GREY8, { PIECE("IEND", "") }, false },
		{ GREY8, { PIECE("IDAT", "x"), PIECE("IEND", "x") }, false },
		{ GREY8,
		  { PIECE("IDAT", "x"), PIECE("EVIL", "x"), PIECE("IEND", "") },
		  false },
		{ GREY8, { PIECE("IDAT", "x") }, false },
		{ GREY8,
		  { PIECE("IHDR", "x"), PIECE("IDAT", "x"), PIECE("IEND", "") },
		  false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct picture p;
		BUF(b);
		png_begin(&b, 4, 4, cases[i].head);
		for (const struct piece *x = cases[i].pieces; x->name; x++)
			chunk(&b, x->name, (str){ x->data, x->n });
		CHECK(is(buf_str(&b), &p) == cases[i].good);
	}
}

/* Texts, profiles and frames of a film go; the picture stays as it is. */
static void png_without_the_rest(void)
{
	ARENA(a);
	BUF(full);
	BUF(bare);
	png_begin(&full, 4, 4, GREY8);
	png_begin(&bare, 4, 4, GREY8);
	chunk(&full, "tEXt", STR("Comment\0<script>alert(1)</script>"));
	chunk(&full, "eXIf", STR("MM GPS"));
	chunk(&full, "acTL", STR("\0\0\0\2\0\0\0\0"));
	chunk(&full, "IDAT", STR("x"));
	chunk(&bare, "IDAT", STR("x"));
	chunk(&full, "fdAT", STR("\0\0\0\1y"));
	chunk(&full, "IEND", STR(""));
	chunk(&bare, "IEND", STR(""));
	buf_add(&full, STR("<html><script>alert(1)</script>PK\3\4"));
	CHECK(str_eq(filtered(a, buf_str(&full)), buf_str(&bare)));
	struct picture p;
	full.p[full.n - 10]++; /* nothing behind the end counts */
	CHECK(is(buf_str(&full), &p));
	bare.p[bare.n - 1]++; /* but each sum does */
	CHECK(!is(buf_str(&bare), &p));
	CHECK(!is(STR("\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR"), &p));
	CHECK(!is(STR("GIF89a<script>alert(1)</script>"), &p));
	CHECK(!is(STR("<html>"), &p) && !is(STR(""), &p));
}

/* ---- GIF, WebP */

#define SCREEN "\x40\0\x20\0\x80\0\7rgbRGB"
#define IMAGE  ",\0\0\0\0\x40\0\x20\0\0\2\1x\0"

static void gif(void)
{
	static const struct {
		const char *in;
		size_t n;
		const char *out;
		size_t out_n;
	} cases[] = {
#define CASE(in, out) { in, sizeof in - 1, out, sizeof out - 1 }
		CASE("GIF89a" SCREEN IMAGE ";",
		     "GIF89a\x40\0\x20\0\x80\0\0rgbRGB" IMAGE ";"),
		CASE("GIF89a" SCREEN "!\xfe\x8<script>\0!\xff\xbNETSCAPE2.0\3\1\0\0\0"
		     "!\xf9\4\5\1\0\1\0" IMAGE "!\xf9\4\4\1\0\0\0" IMAGE ";<html>",
		     "GIF89a\x40\0\x20\0\x80\0\0rgbRGB!\xf9\4\1\0\0\1\0" IMAGE ";"),
		CASE("GIF87a\x40\0\x20\0\0\0\0,\1\0\0\0\x3f\0\x20\0\x80rgbRGB\2\1x\0;",
		     "GIF87a\x40\0\x20\0\0\0\0,\1\0\0\0\x3f\0\x20\0\x80rgbRGB\2\1x\0;"),
		CASE("GIF89a\x40\0\x20\0\0\0\0" IMAGE ";", ""), /* no colours */
		CASE("GIF89a" SCREEN ",\1\0\0\0\x40\0\x20\0\0\2\1x\0;", ""), /* outside */
		CASE("GIF89a" SCREEN ",\0\0\0\0\0\0\x20\0\0\2\1x\0;", ""),
		CASE("GIF89a" SCREEN ",\0\0\0\0\x40\0\x20\0\0\xc\1x\0;", ""),
		CASE("GIF89a" SCREEN ",\0\0\0\0\x40\0\x20\0\0\2\0;", ""),
		CASE("GIF89a" SCREEN ";", ""),
		CASE("GIF89a" SCREEN "!\xf9\3\0\0\0\0" IMAGE ";", ""),
		CASE("GIF89a\xff\xff\xff\xff\x80\0\0rgbRGB" IMAGE ";", ""),
#undef CASE
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct picture p;
		BUF(out);
		bool good = picture_filter((str){ cases[i].in, cases[i].n }, &p, &out);
		CHECK(good == (cases[i].out_n > 0));
		CHECK(str_eq(buf_str(&out), (str){ cases[i].out, cases[i].out_n }));
	}
}

#define LOSSY           "VP8 \xc\0\0\0\x10\0\0\x9d\1*\x40\0\x20\0xy"
#define LOSSLESS        "VP8L\7\0\0\0/\x3f\xc0\x7\0xy\0"
#define EXTENDED(flags) "VP8X\xa\0\0\0" flags "\0\0\0\x3f\0\0\x1f\0\0"
#define ALPHA           "ALPH\3\0\0\0\0ab\0"

static void webp(void)
{
	static const struct {
		const char *chunks;
		size_t n;
		const char *out;
		size_t out_n;
	} cases[] = {
#define CASE(in, out) { in, sizeof in - 1, out, sizeof out - 1 }
		CASE(LOSSY, LOSSY),
		CASE(LOSSLESS, LOSSLESS),
		CASE(LOSSY "EXIF\4\0\0\0GPS ", LOSSY),
		CASE(EXTENDED("\x2c") "ICCP\2\0\0\0pp" LOSSY "XMP \x8\0\0\0<script>",
		     LOSSY),
		CASE(EXTENDED("\x10") ALPHA LOSSY, EXTENDED("\x10") ALPHA LOSSY),
		CASE(EXTENDED("\x10") ALPHA LOSSLESS, LOSSLESS),
		CASE(EXTENDED("\2") LOSSY, ""),
		CASE(EXTENDED("\0") "ANIM\6\0\0\0\0\0\0\0\0\0" LOSSY, ""),
		CASE("ALPH\1\0\0\0a\0" LOSSY, ""),
		CASE("VP8 \xc\0\0\0\x11\0\0\x9d\1*\x40\0\x20\0xy", ""), /* no key frame */
		CASE("VP8 \xc\0\0\0\x10\0\0\x9d\1+\x40\0\x20\0xy", ""),
		CASE("VP8 \xc\0\0\0\x10\0\0\x9d\1*\0\0\x20\0xy", ""),
		CASE("VP8L\6\0\0\0/\x3f\xc0\x7\x20x", ""), /* version 1 */
		CASE("VP8L\6\0\0\0/\xff\xff\xff\xf"
		     "x",
		     ""), /* 16384 times 16384 */
		CASE("VP8 \xd\0\0\0\x10\0\0\x9d\1*\x40\0\x20\0xy",
		     ""), /* longer than it is */
		CASE("EXIF\2\0\0\0ab", ""),
#undef CASE
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct picture p;
		BUF(in);
		BUF(out);
		BUF(wanted);
		buf_add(&in, STR("RIFF"));
		buf_add_char(&in, (char)(cases[i].n + 4));
		buf_cat(&in, STR("\0\0\0WEBP"), (str){ cases[i].chunks, cases[i].n },
			STR("<html>"));
		if (cases[i].out_n) {
			buf_add(&wanted, STR("RIFF"));
			buf_add_char(&wanted, (char)(cases[i].out_n + 4));
			buf_cat(&wanted, STR("\0\0\0WEBP"),
				(str){ cases[i].out, cases[i].out_n });
		}
		bool good = picture_filter(buf_str(&in), &p, &out);
		CHECK(good == (cases[i].out_n > 0));
		CHECK(str_eq(buf_str(&out), buf_str(&wanted)));
		if (good)
			CHECK(p.width == 64 && p.height == 32);
	}
	struct picture p;
	CHECK(!is(STR("RIFF\4\0\0\0WAVE"), &p) && !is(STR("RIFF\3\0\0\0WEBP"), &p));
	CHECK(!is(STR("RIFF\xff\0\0\0WEBP" LOSSY), &p));
}

static void too_large(void)
{
	struct picture p;
	BUF(b);
	png_begin(&b, 4, 4, GREY8);
	chunk(&b, "IDAT", STR("x"));
	chunk(&b, "IEND", STR(""));
	memset(buf_room(&b, PICTURE_MAX), 'x', PICTURE_MAX);
	CHECK(!is((str){ b.p, PICTURE_MAX + 1 }, &p));
	CHECK(is((str){ b.p, PICTURE_MAX }, &p));
}

int main(void)
{
	of_each_kind();
	sizes();
	png_forms();
	png_chunks();
	png_without_the_rest();
	gif();
	webp();
	too_large();
	return check_done();
}
