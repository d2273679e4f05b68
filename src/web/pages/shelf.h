/* web/pages/shelf.h: all lists that the visitor may see, or read, for the pages that
 * show more than one.
 *
 *     struct shelf s;
 *     TRY(shelf_read(q, RIGHT_archive_read, &s));
 *     for (size_t i = 0; i < s.count; i++) use(&s.lists[i]);
 */
#pragma once

#include "web/pages/face.h"

struct shelf_list {
	const struct list_entry *entry;
	struct settings settings;
	struct right_list rights;
	struct viewer viewer; /* what the visitor is on this list */
	str name;             /* as URLs name it */
	str path;             /* /lists/NAME */
};

struct shelf {
	struct shelf_list *lists; /* in order of their address */
	size_t count;
};

/* Those on which the visitor has the right. The desk is open (desk_open). */
MUST_USE err shelf_read(struct request *q, enum right right, struct shelf *s);
bool shelf_may(const struct shelf_list *l, enum right right);

/* One list. ERR_NOTFOUND: no such list, or the visitor may not see it. */
MUST_USE err shelf_find(struct request *q, int64_t list, enum right right,
			struct shelf_list *l);
