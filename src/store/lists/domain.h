/* store/lists/domain.h: the domains whose lists live here. */
#pragma once

#include "store/store.h"

struct domain_row {
	int64_t id;
	str name; /* lower case */
};

MUST_USE err domain_add(struct book *b, str name, int64_t *id); /* twice is fine */

/* ERR_NOTFOUND: not one of ours. */
MUST_USE err domain_find(struct book *b, str name, int64_t *id);
MUST_USE err domain_all(struct book *b, struct arena *a, struct domain_row **d,
			size_t *count);

/* ERR_DENIED: it has lists. Snapshots of the addresses are old after it. */
MUST_USE err domain_remove(struct book *b, int64_t id);
