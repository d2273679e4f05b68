/* base/said.h: sentences of ours that are stored or handed from role to role before
 * anybody knows who will read them: why a rule holds a post, what an order answers. They
 * are kept in English, whole, and said in the reader's language where they are shown.
 *
 *     said_in(a, LANGUAGE_de, STR("61 KB; the list takes at most 40 KB"))
 *             61 KB; die Liste nimmt höchstens 40 KB an
 *
 * Each is a row of said.def; what is none, and none of the catalog's texts, stays as it
 * is. */
#pragma once

#include "base/arena.h"
#include "base/language.h"

str said_in(struct arena *a, enum language l, str english);

/* Several sentences, one a line: each as above, on one line with "; " between. */
str said_together(struct arena *a, enum language l, str lines);

/* Fills {1}, {2} … of a form with values; what has none stays as it is. */
str said_fill(struct arena *a, str form, const str *values, size_t count);
