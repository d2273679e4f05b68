/* web/qr.h: a text as a QR code (ISO/IEC 18004), drawn as SVG: octets, error correction M,
 * the smallest version from 1 to 20 that holds it. Pure. By hand, since a page needs one
 * picture of a hundred octets, and the library would be one more for that.
 *
 *     struct qr code;
 *     if (qr_make(text, &code))
 *             svg = qr_svg(a, &code);
 */
#pragma once

#include "archive/html.h"

enum {
	QR_VERSIONS = 20,
	QR_SIDE = 17 + 4 * QR_VERSIONS, /* modules */
	QR_TEXT = 666,                  /* octets at most */
};

struct qr {
	int version, mask, side;
	unsigned char dark[QR_SIDE][QR_SIDE];
	unsigned char fixed[QR_SIDE][QR_SIDE]; /* patterns and formats: no data there */
};

/* False: the text has more than QR_TEXT octets. */
bool qr_make(str text, struct qr *q);

/* <svg>, black on white whatever the page's colours, with the margin of four modules that
 * readers need. */
struct html qr_svg(struct arena *a, const struct qr *q);
