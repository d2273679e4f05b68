/* store/archive/armour.h: base64 in a message, as the octets that it means. What an attachment
 * is packed already, zstd gains nothing of; but its armour of base64 is a third more than it
 * needs, of which zstd finds but four parts in five.
 *
 *     struct armour x;
 *     while (armour_find(rest, &x)) {     -- x.before, x.lines, x.after are the rest
 *             armour_off(to, x.lines, x.width);  -- armour_inner octets
 */
#pragma once

#include "base/str.h"

/* Whole lines of base64 with CRLF, all as wide, none with padding: so there is one way alone
 * to write them, and they come back to the octet. */
struct armour {
	str before, lines, after;
	unsigned width; /* characters of a line, without CRLF */
};

/* The first run of lines that is long enough to be worth it. */
bool armour_find(str text, struct armour *x);

/* Octets that n octets of lines mean, and octets of lines that mean n. */
size_t armour_inner(size_t lines, unsigned width);
size_t armour_outer(size_t inner, unsigned width);

/* Writes armour_inner(lines.n) octets; armour_outer(inner.n) octets, at whose end inner may stand. */
void armour_off(char *to, str lines, unsigned width);
void armour_on(char *to, str inner, unsigned width);
