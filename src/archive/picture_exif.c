/* Which way up a photograph is: the one field of EXIF without which it lies on its side. */
#include "archive/picture_inside.h"

enum { ORIENTATION = 0x0112, SHORT = 3, ENTRY = 12 };

struct tiff {
	str s;
	bool little;
};

static uint32_t number16(const struct tiff *t, size_t i)
{
	return t->little ? little16(t->s, i) : big16(t->s, i);
}

static uint32_t number32(const struct tiff *t, size_t i)
{
	return t->little ? little32(t->s, i) : big32(t->s, i);
}

int picture_way_up(str exif)
{
	struct tiff t = { exif, str_starts(exif, STR("II*\0")) };
	if (exif.n < 8 || (!t.little && !str_starts(exif, STR("MM\0*"))))
		return 1;
	size_t at = number32(&t, 4);
	if (at > exif.n - 2)
		return 1;
	size_t entries = number16(&t, at);
	for (at += 2; entries && at + ENTRY <= exif.n; at += ENTRY, entries--) {
		if (number16(&t, at) != ORIENTATION)
			continue;
		uint32_t way = number16(&t, at + 8);
		bool right = number16(&t, at + 2) == SHORT && number32(&t, at + 4) == 1
			     && way >= 1 && way <= 8;
		return right ? (int)way : 1;
	}
	return 1;
}
