/* GIF: the first picture and what draws it, the transparent colour among it. What follows would
 * move. */
#include "archive/picture_inside.h"

enum {
	EXTENSION = 0x21,
	IMAGE = 0x2c,
	CONTROL = 0xf9,
	HAS_TABLE = 0x80,
	TRANSPARENT = 1,
};

static size_t table_size(unsigned packed)
{
	return packed & HAS_TABLE ? 3U << ((packed & 7) + 1) : 0;
}

/* Sub-blocks up to the empty one (section 15). n: octets of them without their counts. */
static bool copy_blocks(struct picture_reader *r, bool kept, size_t *n)
{
	str count, data;
	*n = 0;
	do {
		if (!picture_take(r, 1, &count)
		    || !picture_take(r, octet_at(count, 0), &data))
			return false;
		*n += data.n;
		if (kept) {
			picture_put(r, count);
			picture_put(r, data);
		}
	} while (data.n);
	return true;
}

/* Only one colour as transparent is of use to a picture that stands still (section 23). */
static bool read_extension(struct picture_reader *r, int *transparent)
{
	str label, peek = r->rest;
	size_t n;
	if (!picture_take(r, 1, &label))
		return false;
	if (octet_at(label, 0) == CONTROL) {
		if (peek.n < 7 || octet_at(peek, 1) != 4)
			return false;
		*transparent = octet_at(peek, 2) & TRANSPARENT ? (int)octet_at(peek, 5)
							       : -1;
	}
	return copy_blocks(r, false, &n);
}

static void put_control(struct picture_reader *r, int transparent)
{
	if (transparent < 0)
		return;
	picture_put(r, STR("!\xf9\4\1\0\0"));
	picture_put_octet(r, (unsigned)transparent);
	picture_put_octet(r, 0);
}

static bool copy_image(struct picture_reader *r, bool has_table)
{
	str head, table, code;
	size_t n;
	if (!picture_take(r, 9, &head))
		return false;
	unsigned packed = octet_at(head, 8);
	int64_t right = little16(head, 0) + little16(head, 4);
	int64_t below = little16(head, 2) + little16(head, 6);
	if (!little16(head, 4) || !little16(head, 6) || right > r->p->width
	    || below > r->p->height || (!has_table && !(packed & HAS_TABLE))
	    || !picture_take(r, table_size(packed), &table) || !picture_take(r, 1, &code)
	    || octet_at(code, 0) < 2 || octet_at(code, 0) > 8)
		return false;
	picture_put_octet(r, IMAGE);
	picture_put(r, head);
	picture_put(r, table);
	picture_put(r, code);
	return copy_blocks(r, true, &n) && n;
}

bool picture_gif(struct picture_reader *r)
{
	str screen, table, kind = STR_NONE;
	int transparent = -1;
	if (!picture_take(r, 7, &screen)
	    || !picture_sized(r, little16(screen, 0), little16(screen, 2))
	    || !picture_take(r, table_size(octet_at(screen, 4)), &table))
		return false;
	picture_put(r, str_first(screen, 6));
	picture_put_octet(r, 0); /* of the pixels' shape nobody knows any more */
	picture_put(r, table);
	while (picture_take(r, 1, &kind) && octet_at(kind, 0) == EXTENSION)
		if (!read_extension(r, &transparent))
			return false;
	if (!kind.n || octet_at(kind, 0) != IMAGE)
		return false;
	put_control(r, transparent);
	if (!copy_image(r, table.n > 0))
		return false;
	picture_put(r, STR(";"));
	return true;
}
