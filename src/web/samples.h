/* web/samples.h: every template with sample values, for a test that renders
 * them all. The tables are written by web/compile; the test brings sample_text. */
#pragma once

#include "base/buf.h"

struct sample {
	const char *name; /* NULL: the end of the table */
	bool whole;       /* a whole page, not a part of one */
	/* v: 0 nothing set, 1 one of each, 2 two rows each */
	void (*render)(struct arena *a, unsigned v, struct buf *page, struct buf *json);
};

extern const struct sample samples[];

str sample_text(unsigned v);
