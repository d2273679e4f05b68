/* web/pages/month_by.h: posts of a month or a day in an order of their own: by author or by
 * subject, in groups with a heading, within each by date.
 *
 *     month_by(q, MONTH_BY_AUTHOR, hide, &posts, after, 200, &p, &last);
 */
#pragma once

#include "web/pages/page.h"

enum month_order { MONTH_BY_THREAD, MONTH_BY_DATE, MONTH_BY_AUTHOR, MONTH_BY_SUBJECT };

/* ?by=thread|date|author|subject; view=flat is by=date, as it was called first. False: another
 * word. */
bool month_order_asked(const struct request *q, enum month_order *order);
str month_order_name(enum month_order order);

/* Fills the groups of p and, in the same order, its messages: at most limit from behind the
 * post with id after (0: from the beginning). *last: the id of the last one shown where more
 * follow, else 0. False: after is none of them. */
bool month_by(struct request *q, enum month_order order, bool hide,
	      const struct archive_posts *posts, int64_t after, size_t limit,
	      struct page_month *p, int64_t *last);

struct page_month_messages month_row(struct request *q, const struct archive_post *x,
				     bool hide);
