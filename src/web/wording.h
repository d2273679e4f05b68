/* web/wording.h: the texts of the templates in the language of the thread, cut where values
 * stand in them. web/compile writes the table and the code that asks:
 *
 *     for (const struct wording_part *w = wording_of(17);; w++) {
 *             buf_add(out, w->text);
 *             if (w->slot == 1) { … } else { break; }
 *     }
 *
 * A language is cut once, when it is first asked for; then a text costs two look-ups in
 * tables. A translation whose places are not those of the text, or whose markup would be
 * another, is not used: the English text stands instead. */
#pragma once

#include "base/str.h"

enum { WORDING_SLOTS = 24 };

struct wording_part {
	str text;
	unsigned slot; /* what stands behind it, from 1; 0: the end */
};

struct wording_row {
	str id;
	bool quoted;                      /* in an attribute */
	const char *slots[WORDING_SLOTS]; /* their names; NULL ends */
};

const struct wording_part *wording_of(size_t number);

/* How many of all languages' translations were not fit to use. For tests. */
size_t wording_refused(void);
