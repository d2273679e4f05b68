/* archive/picture.h: pictures that strangers sent, as they may stand in a page: the container is
 * written anew with only what makes the picture. What else a file holds (comments, EXIF but for
 * the way up, profiles, further pictures, anything behind its end) is left out; whatever is not
 * as its format says is refused. The pixels themselves stay packed as they are: no decoder of ours
 * sees them.
 *
 *     struct picture p;
 *     BUF(b);
 *     if (picture_filter(bytes, &p, &b))
 *             ... b holds a p.type of p.width times p.height
 *
 * PNG (W3C PNG third edition), JPEG (ITU-T T.81), the first picture of a GIF (GIF89a), WebP
 * (RFC 9649) that stands still. */
#pragma once

#include "base/buf.h"

enum {
	PICTURE_MAX = 2 * 1024 * 1024, /* octets; a page should not weigh more for one */
	PICTURE_PIXELS = 20 * 1000 * 1000, /* 80 MB where a browser has unpacked them */
	PICTURE_SIDE = 20000,
};

struct picture {
	str type;              /* "image/png" */
	int64_t width, height; /* pixels, as it is shown: turned the right way up */
};

/* False: bytes are none of these pictures, broken, or beyond the limits; out is as it was. out
 * NULL: they are only looked at. */
bool picture_filter(str bytes, struct picture *p, struct buf *out);
