/* web/pages/chart.h: a row of numbers over time, as bars or as a line, in SVG.
 *
 *     p.posts_chart = chart_bars(q, STR("posts-chart"), title, caption, &series);
 *
 * The numbers stand in a table beside it: the picture is for the eye alone. */
#pragma once

#include "web/pages/page.h"

/* Of the axes in web/chart.html and web/activity.html; the numbers stand beside them. */
enum { CHART_WIDTH = 360, CHART_TOP = 10, CHART_FLOOR = 110 };

/* The top of the scale: a round number that most is not above. */
int64_t chart_scale(int64_t most);
/* What stands at its middle; 0: nothing, half a post is none. */
int64_t chart_half(int64_t scale);

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
