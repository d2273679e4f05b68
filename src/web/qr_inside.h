/* web/qr_inside.h: the two halves of a QR code: its octets, and where their bits stand. */
#pragma once

#include "web/qr.h"

enum { QR_OCTETS = 1085 }; /* of version 20, with those that correct */

/* All octets of the smallest version that holds the text, in the order in which they stand.
 * False: none does. */
bool qr_octets(str text, int *version, unsigned char out[static QR_OCTETS], size_t *n);

/* Whether a mask turns the colour of that module. */
bool qr_mask(int mask, int x, int y);
