/* web/pages/month_by.h: posts of a month or a day in an order of their own: by author or by
 * subject, in groups with a heading, within each by date.
 *
 *     struct month_asked x = { MONTH_BY_AUTHOR, hide, from, until, after, 200 };
 *     TRY(month_by(q, &x, &p, &last, &found));
 */
#pragma once

#include "web/pages/page.h"

enum month_order { MONTH_BY_THREAD, MONTH_BY_DATE, MONTH_BY_AUTHOR, MONTH_BY_SUBJECT };

/* ?by=thread|date|author|subject; view=flat is by=date, as it was called first. False: another
 * word. */
bool month_order_asked(const struct request *q, enum month_order *order);
str month_order_name(enum month_order order);

struct month_asked {
	enum month_order order; /* by author or by subject */
	bool hide;              /* addresses, from who asks */
	int64_t from, until;    /* dates in [from, until), seconds */
	int64_t after; /* id of the post that the page before ended with; 0: none */
	size_t limit;  /* posts on a page */
};

/* Fills the groups of p and, in the same order, its messages, out of the list at hand. *last:
 * the id of the last one shown where more follow, else 0. *found: false where after is none of
 * them; then p is as it was. */
MUST_USE err month_by(struct request *q, const struct month_asked *x,
		      struct page_month *p, int64_t *last, bool *found);

struct page_month_messages month_row(struct request *q, const struct archive_post *x,
				     bool hide);
