/* lists/reported_inside.h: what a report says, whichever kind it is. */
#pragma once

#include "store/outbound/report.h"

struct reported { /* row: without reporter and came_at */
	struct report_row row;
	struct report_failure *failures;
	size_t count;
};

/* False: the message has no report that can be read. */
bool reported_read(struct arena *a, str message, struct reported *out);
