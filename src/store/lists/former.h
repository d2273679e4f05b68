/* store/lists/former.h: addresses that lists had before they were renamed. list_rename
 * adds them; no other list can have one. */
#pragma once

#include "store/store.h"

struct former_row {
	str address; /* dev@lists.example, lower case */
	int64_t list;
	int64_t at; /* seconds, until when it was the list's own */
};

/* Of a list, or (list 0) of all; the newest first. */
MUST_USE err former_all(struct book *b, struct arena *a, int64_t list,
			struct former_row **f, size_t *count);

/* Whether a list had the address, and which. */
MUST_USE err former_find(struct book *b, str address, int64_t *list, bool *found);

MUST_USE err former_add(struct book *b, str address, int64_t list, int64_t now);
MUST_USE err former_remove(struct book *b, str address); /* ERR_NOTFOUND */
