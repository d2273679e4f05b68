#include "mail/unpack.h"

#include "base/buf.h"

#include <zlib.h>

enum {
	PIECE = 64 * 1024,
	ZIP_HEADER = 30, /* of a local file, before its name */
	ZIP_STORED = 0,
	ZIP_DEFLATED = 8,
	ZIP_ENCRYPTED = 1 << 0,
	ZIP_SIZE_LATER = 1 << 3, /* sizes stand behind the data */
	ENTRIES_MAX = 100,
	GZIP_WRAPPING = 15 + 16,
	NO_WRAPPING = -15,
};

enum unpack_kind unpack_kind(str bytes)
{
	if (str_starts(bytes, STR("PK\3\4")))
		return UNPACK_ZIP;
	return str_starts(bytes, STR("\x1F\x8B")) ? UNPACK_GZIP : UNPACK_PLAIN;
}

static err too_much(struct arena *a, size_t max)
{
	return err_in(a, ERR_LIMIT,
		      "unpacked it is larger than %zu octets, or more than %d times as "
		      "large",
		      max, UNPACK_RATIO);
}

/* One stream until its end; z keeps what is left behind it. */
static err inflate_one(struct arena *a, z_stream *z, size_t packed, size_t max,
		       struct buf *out)
{
	unsigned char piece[PIECE];
	for (int said = Z_OK; said != Z_STREAM_END;) {
		z->next_out = piece;
		z->avail_out = PIECE;
		said = inflate(z, Z_NO_FLUSH);
		size_t n = PIECE - z->avail_out;
		if (out->n + n > max
		    || out->n + n > PIECE + packed * (size_t)UNPACK_RATIO)
			return too_much(a, max);
		buf_add(out, (str){ (const char *)piece, n });
		if (said != Z_OK && said != Z_STREAM_END)
			return FAIL(ERR_SYNTAX, "what is packed is damaged or cut short");
	}
	return OK;
}

static err inflate_all(struct arena *a, str packed, int wrapping, size_t max, str *out)
{
	BUF(b);
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)packed.p,
		       .avail_in = (uInt)packed.n };
	if (packed.n > max)
		return too_much(a, max);
	if (inflateInit2(&z, wrapping) != Z_OK)
		return FAIL(ERR_TEMP, "zlib does not start");
	err e = inflate_one(a, &z, packed.n, max, &b);
	/* Members may follow each other (RFC 1952 section 2.2); what is none is left. */
	while (!e.kind && wrapping == GZIP_WRAPPING && z.avail_in > 2
	       && unpack_kind((str){ (const char *)z.next_in, z.avail_in }) == UNPACK_GZIP
	       && inflateReset(&z) == Z_OK)
		e = inflate_one(a, &z, packed.n, max, &b);
	inflateEnd(&z);
	if (!e.kind)
		*out = arena_copy(a, buf_str(&b));
	return e;
}

/* ---- zip: the local headers in front of each file are enough to find the first one */

static size_t little(str s, size_t at, size_t octets)
{
	size_t n = 0;
	for (size_t i = octets; i-- > 0;)
		n = n << 8 | (unsigned char)s.p[at + i];
	return n;
}

struct entry {
	size_t flags, method, size;
	str name, data; /* data: all that follows its header */
};

static bool read_entry(str zip, struct entry *x)
{
	if (zip.n < ZIP_HEADER || unpack_kind(zip) != UNPACK_ZIP)
		return false;
	size_t name = little(zip, 26, 2), extra = little(zip, 28, 2);
	if (zip.n - ZIP_HEADER < name + extra)
		return false;
	*x = (struct entry){ .flags = little(zip, 6, 2),
			     .method = little(zip, 8, 2),
			     .size = little(zip, 18, 4),
			     .name = str_first(str_skip(zip, ZIP_HEADER), name),
			     .data = str_skip(zip, ZIP_HEADER + name + extra) };
	return x->size <= x->data.n;
}

static err unpack_entry(struct arena *a, const struct entry *x, size_t max, str *out)
{
	str data = x->flags & ZIP_SIZE_LATER ? x->data : str_first(x->data, x->size);
	if (x->flags & ZIP_ENCRYPTED)
		return FAIL(ERR_SYNTAX, "the archive is encrypted");
	if (x->method == ZIP_DEFLATED)
		return inflate_all(a, data, NO_WRAPPING, max, out);
	if (x->method != ZIP_STORED || x->flags & ZIP_SIZE_LATER)
		return FAIL(ERR_SYNTAX, "the archive is packed in an unusual way");
	if (data.n > max)
		return too_much(a, max);
	*out = data;
	return OK;
}

static err unpack_zip(struct arena *a, str zip, size_t max, str *out)
{
	struct entry x;
	for (int i = 0; i < ENTRIES_MAX && read_entry(zip, &x); i++) {
		if (!str_ends(x.name, STR("/")))
			return unpack_entry(a, &x, max, out);
		zip = str_skip(x.data, x.size); /* a folder */
	}
	return FAIL(ERR_SYNTAX, "the archive has no file that can be read");
}

err unpack(struct arena *a, str bytes, size_t max, str *out)
{
	switch (unpack_kind(bytes)) {
	case UNPACK_GZIP:
		return inflate_all(a, bytes, GZIP_WRAPPING, max, out);
	case UNPACK_ZIP:
		return unpack_zip(a, bytes, max, out);
	case UNPACK_PLAIN:
		break;
	}
	if (bytes.n > max)
		return too_much(a, max);
	*out = bytes;
	return OK;
}
