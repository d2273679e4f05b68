/* JPEG: tables, frame and scans as they are. Of the applications' segments three are written anew
 * with what a decoder needs of them: that it is JFIF (colours), Adobe's transform (colours), the
 * way up of EXIF. */
#include "archive/picture_inside.h"

enum {
	SOF0 = 0xc0, /* baseline, SOF1 extended, SOF2 progressive: what browsers know */
	SOF2 = 0xc2,
	DHT = 0xc4,
	RST0 = 0xd0,
	RST7 = 0xd7,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DRI = 0xdd,
	APP0 = 0xe0,
	APP1 = 0xe1,
	APP14 = 0xee,
	APP15 = 0xef,
	COM = 0xfe,
	SCANS = 64, /* a progressive picture has about ten; each costs its whole size */
};

struct jpeg {
	struct picture_reader *r;
	unsigned components, scans;
	bool jfif, exif, adobe, turned;
};

static void put_segment(struct jpeg *x, unsigned marker, str data)
{
	size_t length = data.n + 2;
	picture_put_octet(x->r, 0xff);
	picture_put_octet(x->r, marker);
	picture_put_octet(x->r, (unsigned)length >> 8);
	picture_put_octet(x->r, (unsigned)length & 0xff);
	picture_put(x->r, data);
}

/* ---- what is written anew */

static void keep_jfif(struct jpeg *x, str data)
{
	if (x->jfif || !str_starts(data, STR("JFIF\0")))
		return;
	x->jfif = true;
	put_segment(x, APP0, STR("JFIF\0\1\1\0\0\1\0\1\0\0"));
}

static void keep_way_up(struct jpeg *x, str data)
{
	if (x->exif || !str_starts(data, STR("Exif\0\0")))
		return;
	int way = picture_way_up(str_skip(data, 6));
	char exif[] = "Exif\0\0MM\0*\0\0\0\x8\0\1\1\x12\0\3\0\0\0\1\0?\0\0\0\0\0\0";
	x->exif = true;
	if (way == 1)
		return;
	exif[25] = (char)way;
	x->turned = way >= 5;
	put_segment(x, APP1, (str){ exif, sizeof exif - 1 });
}

static void keep_transform(struct jpeg *x, str data)
{
	char adobe[] = "Adobe\0d\0\0\0\0?";
	if (x->adobe || data.n < 12 || !str_starts(data, STR("Adobe"))
	    || octet_at(data, 11) > 2)
		return;
	x->adobe = true;
	adobe[11] = data.p[11];
	put_segment(x, APP14, (str){ adobe, sizeof adobe - 1 });
}

/* ---- what is looked at, so that nothing but tables stands in tables */

static bool is_quantization(str data)
{
	while (data.n) {
		size_t n = octet_at(data, 0) >> 4 ? 129 : 65;
		if (octet_at(data, 0) & 0xec || data.n < n)
			return false;
		data = str_skip(data, n);
	}
	return true;
}

static bool is_huffman(str data)
{
	while (data.n) {
		size_t n = 17;
		if (data.n < n || octet_at(data, 0) & 0xec)
			return false;
		for (size_t i = 1; i <= 16; i++)
			n += octet_at(data, i);
		if (n > 17 + 256 || data.n < n)
			return false;
		data = str_skip(data, n);
	}
	return true;
}

static bool read_frame(struct jpeg *x, str data)
{
	if (x->components || data.n < 6 || octet_at(data, 0) != 8)
		return false;
	x->components = octet_at(data, 5);
	return (x->components == 1 || x->components == 3 || x->components == 4)
	       && data.n == 6 + 3 * (size_t)x->components
	       && picture_sized(x->r, big16(data, 3), big16(data, 1));
}

static bool is_scan(const struct jpeg *x, str data)
{
	return x->components && data.n && octet_at(data, 0)
	       && octet_at(data, 0) <= x->components
	       && data.n == 4 + 2 * (size_t)octet_at(data, 0);
}

/* What stands behind a scan's head, up to the next marker that does not belong to it: an octet
 * 0xff is followed by 0, or by the number of a restart. */
static bool copy_scan(struct jpeg *x)
{
	str all = x->r->rest;
	size_t n = 0;
	for (;;) {
		const char *at = n < all.n ? memchr(all.p + n, 0xff, all.n - n) : NULL;
		if (!at || at + 1 == all.p + all.n)
			return false;
		n = (size_t)(at - all.p);
		unsigned marker = (unsigned char)at[1];
		if (marker && (marker < RST0 || marker > RST7))
			break;
		n += 2;
	}
	picture_put(x->r, str_first(all, n));
	x->r->rest = str_skip(all, n);
	return n > 0;
}

/* ---- segments */

static bool next_marker(struct jpeg *x, unsigned *marker)
{
	str octet;
	if (!picture_take(x->r, 1, &octet) || octet_at(octet, 0) != 0xff)
		return false;
	do
		if (!picture_take(x->r, 1, &octet))
			return false;
	while (octet_at(octet, 0) == 0xff); /* fill octets: T.81 section B.1.1.2 */
	*marker = octet_at(octet, 0);
	return true;
}

static bool is_kept(struct jpeg *x, unsigned marker, str data)
{
	switch (marker) {
	case DHT:
		return is_huffman(data);
	case DQT:
		return is_quantization(data);
	case DRI:
		return data.n == 2;
	case SOS:
		return is_scan(x, data) && ++x->scans <= SCANS;
	default:
		return marker >= SOF0 && marker <= SOF2 && read_frame(x, data);
	}
}

static bool read_segment(struct jpeg *x, unsigned marker)
{
	str length, data;
	if (!picture_take(x->r, 2, &length) || big16(length, 0) < 2
	    || !picture_take(x->r, big16(length, 0) - 2, &data))
		return false;
	if (marker == APP0)
		keep_jfif(x, data);
	else if (marker == APP1)
		keep_way_up(x, data);
	else if (marker == APP14)
		keep_transform(x, data);
	if ((marker >= APP0 && marker <= APP15) || marker == COM)
		return true;
	if (!is_kept(x, marker, data))
		return false;
	put_segment(x, marker, data);
	return marker != SOS || copy_scan(x);
}

bool picture_jpeg(struct picture_reader *r)
{
	struct jpeg x = { .r = r };
	unsigned marker = 0;
	while (next_marker(&x, &marker) && marker != EOI)
		if (!read_segment(&x, marker))
			return false;
	if (marker != EOI || !x.scans)
		return false;
	picture_put(r, STR("\xff\xd9"));
	if (x.turned)
		return picture_sized(r, r->p->height, r->p->width);
	return true;
}
