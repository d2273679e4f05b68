/* lists/score_run.h: what came back, as the ledger has it, becomes what happens to
 * memberships (score.h). Books in order: what was made of an entry stands in the lists
 * book, once, under the entry's number; then letters and the cursor are one transaction of
 * the outbound book. A crash between them finds what was made, and writes the letters. */
#pragma once

#include "lists/books.h"

/* The next entries; *more: there are others behind them. */
MUST_USE err score_round(struct books *books, struct arena *a, bool *more);

/* What time brings: points that are forgotten, probes that did not come back, warnings,
 * removals. */
MUST_USE err score_time(struct books *books, struct arena *a, int64_t now);
