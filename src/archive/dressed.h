/* archive/dressed.h: addresses that are replaced in whatever dress a reader knows them: beside
 * the marks of a diff, with entities, tags or invisible characters in it, as %40 of a link, as
 * the sender of a returned mail (list+gus=red.example@x, SRS0=a=b=red.example=gus@x), or said
 * as "gus at red.example".
 *
 *     const struct dressed *d = dressed_new(a, addresses, count, STR("hidden"));
 *     text = dressed_clean(a, d, text, 0);
 */
#pragma once

#include "base/arena.h"

struct dressed; /* lives in the arena */

/* addresses: keys. They become as@hidden.invalid, in the form in which they stood. */
const struct dressed *dressed_new(struct arena *a, const str *addresses, size_t count,
				  str as);

/* The text itself where none stands in it. how: of bare.h. Its time is that of the text. */
str dressed_clean(struct arena *a, const struct dressed *d, str text, unsigned how);

/* Octets that are no text: as many, with x for each letter and digit of an address. */
str dressed_blot(struct arena *a, const struct dressed *d, str bytes);
