/* store/lists/header_rule.h: what happens to posts whose header matches. */
#pragma once

#include "store/store.h"

struct header_rule_row {
	int64_t id, list;
	str header;
	str pattern;
	str action; /* hold, reject, discard, accept */
};

MUST_USE err header_rule_add(struct book *b, struct header_rule_row *r); /* sets id */
MUST_USE err header_rule_list(struct book *b, struct arena *a, int64_t list,
			      struct header_rule_row **r, size_t *count);
MUST_USE err header_rule_remove(struct book *b, int64_t list, str header,
				str pattern); /* ERR_NOTFOUND */
