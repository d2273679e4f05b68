/* store/lists/setting.h: what of a list differs from the defaults. Names and
 * values are text here; their types are known to those above. */
#pragma once

#include "store/store.h"

struct setting_row {
	str key, value;
};

MUST_USE err setting_all(struct book *b, struct arena *a, int64_t list,
			 struct setting_row **s, size_t *count);

/* ERR_NOTFOUND: the default holds. */
MUST_USE err setting_get(struct book *b, struct arena *a, int64_t list, str key,
			 str *value);
/* Which lists have one, and what it says. */
struct setting_holder {
	int64_t list;
	str value;
};
MUST_USE err setting_holders(struct book *b, struct arena *a, str key,
			     struct setting_holder **s, size_t *count);
MUST_USE err setting_set(struct book *b, int64_t list, str key, str value);
MUST_USE err setting_unset(struct book *b, int64_t list, str key); /* unset: fine */
