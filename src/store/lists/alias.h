/* store/lists/alias.h: addresses beside the lists, forwarded to people. */
#pragma once

#include "store/store.h"

struct alias_row {
	int64_t id;
	str address; /* bugs@lists.example, as a key */
	int64_t created_at;
	str *targets;
	size_t target_count;
};

MUST_USE err alias_all(struct book *b, struct arena *a, struct alias_row **x,
		       size_t *count);

/* ERR_NOTFOUND: no such alias. */
MUST_USE err alias_find(struct book *b, struct arena *a, str address,
			struct alias_row *x);

/* Makes the alias or gives it other targets. ERR_LIMIT: no target at all.
 * ERR_DENIED: the address is a list's. */
MUST_USE err alias_set(struct book *b, str address, const str *targets, size_t count,
		       int64_t now);
/* Those that lead to an address. */
MUST_USE err alias_of_target(struct book *b, struct arena *a, str target,
			     struct alias_row **x, size_t *count);

MUST_USE err alias_remove(struct book *b, str address); /* ERR_NOTFOUND */
