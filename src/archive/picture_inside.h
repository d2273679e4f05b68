/* archive/picture_inside.h: what the filters of picture.c share: octets that are taken from the
 * front and never beyond the end, and what is written, which may be nothing. */
#pragma once

#include "archive/picture.h"

struct picture_reader {
	str rest;
	struct buf *out; /* NULL: nothing is written */
	struct picture *p;
};

/* Each format: what follows the octets by which it is known. */
bool picture_png(struct picture_reader *r);
bool picture_jpeg(struct picture_reader *r);
bool picture_gif(struct picture_reader *r);
bool picture_webp(struct picture_reader *r);

/* The way up that EXIF tells, 1 to 8 (its tag Orientation); 1 where it tells none. */
int picture_way_up(str exif);

/* False: so many are not there. */
static inline bool picture_take(struct picture_reader *r, size_t n, str *octets)
{
	if (r->rest.n < n)
		return false;
	*octets = str_first(r->rest, n);
	r->rest = str_skip(r->rest, n);
	return true;
}

static inline void picture_put(struct picture_reader *r, str octets)
{
	if (r->out)
		buf_add(r->out, octets);
}

static inline void picture_put_octet(struct picture_reader *r, unsigned octet)
{
	if (r->out)
		buf_add_char(r->out, (char)octet);
}

/* At that octet; they are known to be there. */
static inline unsigned octet_at(str s, size_t i)
{
	return (unsigned char)s.p[i];
}

static inline uint32_t big16(str s, size_t i)
{
	return octet_at(s, i) << 8 | octet_at(s, i + 1);
}

static inline uint32_t big32(str s, size_t i)
{
	return big16(s, i) << 16 | big16(s, i + 2);
}

static inline uint32_t little16(str s, size_t i)
{
	return octet_at(s, i) | octet_at(s, i + 1) << 8;
}

static inline uint32_t little32(str s, size_t i)
{
	return little16(s, i) | little16(s, i + 2) << 16;
}

/* Notes the size. False: it is beyond the limits, or there is nothing to see. */
static inline bool picture_sized(struct picture_reader *r, int64_t width, int64_t height)
{
	r->p->width = width;
	r->p->height = height;
	return width > 0 && height > 0 && width <= PICTURE_SIDE && height <= PICTURE_SIDE
	       && width * height <= PICTURE_PIXELS;
}
