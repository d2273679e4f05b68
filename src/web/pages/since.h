/* web/pages/since.h: what a member sees of the archive where archive_from_join is on: posts
 * that came from the day on which they joined (struct worker since), whatever their authors
 * say of the date. Whatever shows posts of the
 * list at hand asks here; a search has it in its lists (archive/search.h).
 *
 *     if (!found || !since_sees(q, &post)) ... 404
 */
#pragma once

#include "web/pages/calendar.h"
#include "web/pages/page.h"

bool since_sees(const struct request *q, const struct archive_post *p);

/* Only those that are seen stay. */
void since_posts(const struct request *q, struct archive_posts *posts);

/* The same of a thread's leaves: one whose parent goes is below the next one that stays, and
 * what the thread says of itself is what its leaves say. */
void since_leaves(const struct request *q, struct archive_thread_page *t);

/* A row of a thread as its posts that are seen say. *sees: there are any. */
MUST_USE err since_thread(const struct request *q, struct archive_thread *t, bool *sees);

/* The same of the thread that the path's number names. False: there is none, none of it is seen, or
 * a book cannot be read, and the answer is made. */
bool since_thread_asked(struct request *q, struct response *r, struct archive_thread *t);

/* Months with no day that is seen go. */
void since_months(const struct request *q, struct calendar *c);
