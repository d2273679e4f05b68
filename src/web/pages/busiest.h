/* web/pages/busiest.h: who writes most on the list at hand, and its most answered threads: of
 * the last 30 days and of the year; of a list that has been silent for a year, of its last.
 *
 *     TRY(busiest_of(q, newest, &p.busiest));
 */
#pragma once

#include "web/pages/page.h"

/* newest: when the last of its threads was answered, in seconds. NULL where there is nothing
 * to say; members who see a part of the archive are told nothing of the whole. */
MUST_USE err busiest_of(struct request *q, int64_t newest,
			const struct page_busiest **out);
