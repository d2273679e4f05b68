/* web/pages/chart.h: a row of numbers over time, as bars or as a line, in SVG.
 *
 *     p.posts_chart = chart_bars(q, STR("posts-chart"), title, caption, &series);
 *
 * The numbers stand in a table beside it: the picture is for the eye alone. */
#pragma once

#include "web/pages/page.h"

struct series { /* oldest first */
	const str *labels;
	const int64_t *values;
	size_t count;
};

/* NULL: there is nothing but zeros. */
const struct page_chart *chart_bars(struct request *q, str id, str title, str caption,
				    const struct series *s);
const struct page_chart *chart_line(struct request *q, str id, str title, str caption,
				    const struct series *s);
