#include "store/archive/armour.h"
#include "store/archive/blob_inside.h"

enum { LINE_MOST = 1002 };

static const char DAMAGED[] = "a post in the archive book is damaged and cannot be "
			      "unpacked; restore it from a backup";

struct frame {
	str packed;    /* without its mark */
	size_t length; /* with it */
	size_t inner;  /* octets as it is unpacked */
	size_t octets; /* of the message */
	unsigned
		width; /* of the lines of base64 that they mean; 0: they are the message */
};

static uint32_t number_at(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16
	       | (uint32_t)u[3] << 24;
}

static void put_number(char *to, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		to[i] = (char)(n >> 8 * i);
}

void frame_mark(char to[FRAME_MARK_OCTETS], unsigned width)
{
	put_number(to, FRAME_MARK);
	put_number(to + 4, FRAME_MARK_OCTETS - 8);
	put_number(to + 8, width);
}

static bool is_marked(str packed)
{
	return packed.n >= FRAME_MARK_OCTETS && number_at(packed.p) == FRAME_MARK;
}

static bool take_mark(str *packed, unsigned *width)
{
	if (!is_marked(*packed))
		return true;
	*width = number_at(packed->p + 8);
	*packed = str_skip(*packed, FRAME_MARK_OCTETS);
	return *width >= 4 && *width % 4 == 0 && *width + 2 <= LINE_MOST;
}

static err first(str packed, struct frame *f)
{
	*f = (struct frame){ .packed = packed };
	if (!take_mark(&f->packed, &f->width))
		return FAIL(ERR_IO, DAMAGED);
	unsigned long long size = ZSTD_getFrameContentSize(f->packed.p, f->packed.n);
	size_t n = ZSTD_findFrameCompressedSize(f->packed.p, f->packed.n);
	if (size > ARCHIVE_MESSAGE_MAX || ZSTD_isError(n)) /* also "unknown" */
		return FAIL(ERR_IO, DAMAGED);
	f->length = packed.n - f->packed.n + n;
	f->packed = str_first(f->packed, n);
	f->inner = (size_t)size;
	f->octets = f->width ? armour_outer(f->inner, f->width) : f->inner;
	return f->octets > ARCHIVE_MESSAGE_MAX ? FAIL(ERR_IO, DAMAGED) : OK;
}

err frames_first(str packed, size_t *length, size_t *octets)
{
	struct frame f;
	TRY(first(packed, &f));
	*length = f.length;
	*octets = f.octets;
	return OK;
}

bool frames_apart(str packed, size_t first)
{
	return first < packed.n && !is_marked(packed)
	       && !is_marked(str_skip(packed, first));
}

static err measure(str packed, size_t *octets)
{
	struct frame f;
	for (*octets = 0; packed.n; packed = str_skip(packed, f.length)) {
		TRY(first(packed, &f));
		*octets += f.octets;
		if (*octets > ARCHIVE_MESSAGE_MAX)
			return FAIL(ERR_IO, DAMAGED);
	}
	return OK;
}

/* Only the first `limit` octets: the rest is not even decoded. */
static err unpack_some(ZSTD_DCtx *c, const ZSTD_DDict *dict, str packed, char *to,
		       size_t limit)
{
	ZSTD_inBuffer in = { packed.p, packed.n, 0 };
	ZSTD_outBuffer out = { to, limit, 0 };
	ZSTD_DCtx_reset(c, ZSTD_reset_session_only);
	ZSTD_DCtx_refDDict(c, dict);
	while (out.pos < out.size) {
		size_t was = out.pos, rc = ZSTD_decompressStream(c, &out, &in);
		if (ZSTD_isError(rc) || (out.pos == was && in.pos == in.size))
			return FAIL(ERR_IO, DAMAGED);
	}
	return OK;
}

/* The first `room` octets of what it holds, which has as many. */
static err unpack_plain(ZSTD_DCtx *c, const ZSTD_DDict *dict, const struct frame *f,
			char *to, size_t room)
{
	if (room < f->inner)
		return unpack_some(c, dict, f->packed, to, room);
	size_t got = ZSTD_decompress_usingDDict(c, to, room, f->packed.p, f->packed.n,
						dict);
	return ZSTD_isError(got) || got != room ? FAIL(ERR_IO, DAMAGED) : OK;
}

/* The same in base64 again: whole lines, so up to a LINE_MOST more than room. */
static err unpack_armoured(ZSTD_DCtx *c, const ZSTD_DDict *dict, const struct frame *f,
			   char *to, size_t room)
{
	size_t lines = (room + f->width + 1) / (f->width + 2);
	size_t inner = lines * (f->width / 4 * 3);
	char *octets = to + lines * (f->width + 2) - inner;
	TRY(unpack_plain(c, dict, f, octets, inner));
	armour_on(to, (str){ octets, inner }, f->width);
	return OK;
}

err frames_unpack(ZSTD_DCtx *c, struct arena *a, const ZSTD_DDict *dict, str packed,
		  size_t limit, str *out)
{
	struct frame f;
	size_t size;
	TRY(measure(packed, &size));
	size_t room = limit < size ? limit : size, n = 0;
	char *to = arena_alloc(a, room + LINE_MOST);
	for (; n < room; packed = str_skip(packed, f.length)) {
		TRY(first(packed, &f));
		size_t part = room - n < f.octets ? room - n : f.octets;
		if (f.width)
			TRY(unpack_armoured(c, dict, &f, to + n, part));
		else
			TRY(unpack_plain(c, dict, &f, to + n, part));
		n += part;
	}
	*out = (str){ to, room };
	return OK;
}
