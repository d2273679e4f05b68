/* WebP: the picture, and its alpha channel where that is a chunk of its own; no more of the
 * extended form around it (RFC 9649 section 2.7) than that needs. One that moves is refused. */
#include "archive/picture_inside.h"

enum { MOVES = 0x02, SIDE_BITS = 0x3fff };

struct webp {
	struct picture_reader *r;
	str alpha; /* the chunk ALPH; empty: none */
	bool done;
};

/* RFC 6386 section 9.1: a key frame's tag, start code, and both sides. */
static bool is_lossy(struct picture_reader *r, str data)
{
	return data.n > 10 && !(octet_at(data, 0) & 1)
	       && str_starts(str_skip(data, 3), STR("\x9d\x01\x2a"))
	       && picture_sized(r, little16(data, 6) & SIDE_BITS,
				little16(data, 8) & SIDE_BITS);
}

/* RFC 9649 section 3.4: a signature, both sides less one, an alpha bit, the version 0. */
static bool is_lossless(struct picture_reader *r, str data)
{
	if (data.n < 6 || octet_at(data, 0) != 0x2f)
		return false;
	uint32_t bits = little32(data, 1);
	return !(bits >> 29)
	       && picture_sized(r, (int64_t)(bits & SIDE_BITS) + 1,
				(int64_t)(bits >> 14 & SIDE_BITS) + 1);
}

static size_t chunk_size(str data)
{
	return 8 + data.n + data.n % 2;
}

static void put_little(struct picture_reader *r, size_t n, int octets)
{
	for (int i = 0; i < octets; i++)
		picture_put_octet(r, (unsigned)(n >> 8 * i) & 0xff);
}

static void put_chunk(struct picture_reader *r, str name, str data)
{
	picture_put(r, name);
	put_little(r, data.n, 4);
	picture_put(r, data);
	if (data.n % 2)
		picture_put_octet(r, 0);
}

static void put_file(struct webp *x, str name, str data)
{
	enum { EXTENDED = 18 };
	struct picture_reader *r = x->r;
	size_t all = 4 + chunk_size(data);
	put_little(r, x->alpha.n ? all + EXTENDED + chunk_size(x->alpha) : all, 4);
	picture_put(r, STR("WEBP"));
	if (x->alpha.n) {
		picture_put(r, STR("VP8X\xa\0\0\0\x10\0\0\0"));
		put_little(r, (size_t)r->p->width - 1, 3);
		put_little(r, (size_t)r->p->height - 1, 3);
		put_chunk(r, STR("ALPH"), x->alpha);
	}
	put_chunk(r, name, data);
	x->done = true;
}

static bool use_chunk(struct webp *x, str name, str data)
{
	if (str_eq(name, STR("VP8X")))
		return data.n == 10 && !(octet_at(data, 0) & MOVES);
	if (str_eq(name, STR("ALPH"))) {
		x->alpha = data;
		return data.n > 1;
	}
	bool lossless = str_eq(name, STR("VP8L"));
	if (!lossless && !str_eq(name, STR("VP8 ")))
		return !str_eq(name, STR("ANIM")) && !str_eq(name, STR("ANMF"));
	if (lossless) /* has its own */
		x->alpha = STR_NONE;
	if (!(lossless ? is_lossless(x->r, data) : is_lossy(x->r, data)))
		return false;
	put_file(x, name, data);
	return true;
}

static bool read_chunk(struct webp *x)
{
	str name, length, data, padding;
	return picture_take(x->r, 4, &name) && picture_take(x->r, 4, &length)
	       && picture_take(x->r, little32(length, 0), &data)
	       && picture_take(x->r, data.n % 2, &padding) && use_chunk(x, name, data);
}

bool picture_webp(struct picture_reader *r)
{
	struct webp x = { .r = r };
	str length, form;
	if (!picture_take(r, 4, &length) || little32(length, 0) > r->rest.n
	    || little32(length, 0) < 4 || !picture_take(r, 4, &form)
	    || !str_eq(form, STR("WEBP")))
		return false;
	r->rest = str_first(r->rest, little32(length, 0) - 4);
	while (!x.done)
		if (!read_chunk(&x))
			return false;
	return true;
}
