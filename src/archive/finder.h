/* archive/finder.h: where some words stand in a text, all of them found in one pass whose
 * time is that of the text, whatever the words and the text are: both may have been
 * chosen by somebody who wants it to take long (Aho and Corasick's automaton).
 *
 *     const struct finder *f = finder_new(a, words, count);
 *     finder_walk(f, text, found, &mine);      // found(&mine, at, word) for each
 */
#pragma once

#include "base/arena.h"

struct finder; /* lives in the arena */

/* An empty word, or one with a NUL, is found nowhere. */
const struct finder *finder_new(struct arena *a, const str *words, size_t count);

/* By where they end, the longest first of those that end together; without ASCII case.
 * Of equal words the last is told. */
typedef void finder_found(void *ctx, size_t at, size_t word);
void finder_walk(const struct finder *f, str text, finder_found *found, void *ctx);
