/* web/pages/reading.h: how far who is signed in has read the list at hand. Threads with posts that they
 * have not seen are news on its home; a thread is seen by looking at its page, and all are by a
 * button. Whoever comes for the first time has no news yet.
 *
 *     reading_saw(q, number);                    // the page of a thread was shown
 *
 *     TRY(reading_of_list(q, &r));
 *     TRY(reading_is_news(q, &r, &thread, &news));
 *
 * What was seen is kept in memory and written once a minute at most, for everybody in one
 * transaction: that minute is lost when the role ends. */
#pragma once

#include "store/lists/reading.h"
#include "web/pages/page.h"

struct reading {
	bool may; /* somebody who has something to read */
	struct reading_row *rows;
	size_t count;
};

/* The thread that holds that post of the list at hand was shown. Nothing comes of a failure. */
void reading_saw(struct request *q, int64_t number);

/* For the list's home: where nothing is known of who looks, all that is there is no news from now
 * on. */
MUST_USE err reading_of_list(struct request *q, struct reading *r);
MUST_USE err reading_is_news(struct request *q, const struct reading *r,
			     const struct archive_thread *t, bool *news);
