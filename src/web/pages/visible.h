/* web/pages/visible.h: all lists that the visitor may see, or read, for the pages that
 * show more than one.
 *
 *     struct visible_lists s;
 *     TRY(visible_lists_read(q, RIGHT_archive_read, &s));
 *     for (size_t i = 0; i < s.count; i++) use(&s.lists[i]);
 */
#pragma once

#include "web/pages/page.h"

struct visible_list {
	const struct list_entry *entry;
	struct settings settings;
	struct right_list rights;
	struct viewer viewer; /* what the visitor is on this list */
	int64_t since;        /* as struct worker's */
	str name;             /* as URLs name it */
	str path;             /* /lists/NAME */
};

struct visible_lists {
	struct visible_list *lists; /* in order of their address */
	size_t count;
};

/* Those on which the visitor has the right. Its books are open (worker_open). */
MUST_USE err visible_lists_read(struct request *q, enum right right,
				struct visible_lists *s);
/* Whether guests read it, whoever looks now. */
bool visible_list_is_open(const struct visible_list *l);
bool visible_list_may(const struct visible_list *l, enum right right);

/* One list. ERR_NOTFOUND: no such list, or the visitor may not see it. */
MUST_USE err visible_list_find(struct request *q, int64_t list, enum right right,
			       struct visible_list *l);
