/* PNG: IHDR, PLTE, tRNS, IDAT and IEND, each with the sum that it came with. What else is
 * ancillary goes: texts, times, profiles, and the pictures that move (APNG). */
#include "archive/picture_inside.h"

#include <zlib.h>

enum { COLOURS = 7, PALETTE = 3, TRUE_COLOUR = 2, GREY = 0 };

struct png {
	struct picture_reader *r;
	unsigned colour; /* IHDR's colour type */
	size_t palette;  /* entries; 0: none yet */
	bool has_header, has_transparency, has_data, ended;
};

static bool read_header(struct png *x, str data)
{
	/* bit depths by colour type, section 11.2.1: a bit each */
	static const unsigned depths[COLOURS] = { 0x10116, 0, 0x10100, 0x00116,
						  0x10100, 0, 0x10100 };
	if (x->has_header || data.n != 13)
		return false;
	unsigned depth = octet_at(data, 8);
	x->has_header = true;
	x->colour = octet_at(data, 9);
	return big32(data, 0) <= PICTURE_SIDE && big32(data, 4) <= PICTURE_SIDE
	       && picture_sized(x->r, big32(data, 0), big32(data, 4))
	       && x->colour < COLOURS && depth <= 16 && depths[x->colour] & 1U << depth
	       && !octet_at(data, 10) && !octet_at(data, 11) && octet_at(data, 12) < 2;
}

static bool read_palette(struct png *x, str data)
{
	if (x->palette || x->has_data || x->colour == GREY || x->colour == 4 || !data.n
	    || data.n % 3 || data.n > 768)
		return false;
	x->palette = data.n / 3;
	return true;
}

static bool read_data(struct png *x, str data)
{
	(void)data;
	x->has_data = true;
	return x->colour != PALETTE || x->palette;
}

static bool read_end(struct png *x, str data)
{
	x->ended = true;
	return x->has_data && !data.n;
}

/* Section 11.3.1.1. */
static bool read_transparency(struct png *x, str data)
{
	if (x->has_transparency || x->has_data)
		return false;
	x->has_transparency = true;
	return x->colour == GREY          ? data.n == 2
	       : x->colour == TRUE_COLOUR ? data.n == 6
	       : x->colour == PALETTE     ? data.n && data.n <= x->palette
					  : false;
}

static const struct {
	str name;
	bool (*read)(struct png *x, str data);
} chunks[] = {
	{ STR("IHDR"), read_header },       { STR("PLTE"), read_palette },
	{ STR("tRNS"), read_transparency }, { STR("IDAT"), read_data },
	{ STR("IEND"), read_end },
};

static bool read_chunk(struct png *x, str name, str data, bool *kept)
{
	*kept = false;
	if (!x->has_header && !str_eq(name, STR("IHDR")))
		return false;
	for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++)
		if (str_eq(name, chunks[i].name)) {
			*kept = true;
			return chunks[i].read(x, data);
		}
	return octet_at(name, 0) & 0x20; /* ancillary: may be left out */
}

static bool sum_holds(str named, str sum)
{
	return crc32(0, (const unsigned char *)named.p, (unsigned)named.n)
	       == big32(sum, 0);
}

bool picture_png(struct picture_reader *r)
{
	struct png x = { .r = r };
	while (!x.ended) {
		str length, named, sum;
		bool kept;
		if (!picture_take(r, 4, &length) || big32(length, 0) > PICTURE_MAX
		    || !picture_take(r, 4 + big32(length, 0), &named)
		    || !picture_take(r, 4, &sum) || !sum_holds(named, sum)
		    || !read_chunk(&x, str_first(named, 4), str_skip(named, 4), &kept))
			return false;
		if (!kept)
			continue;
		picture_put(r, length);
		picture_put(r, named);
		picture_put(r, sum);
	}
	return true;
}
