/* store/lists/header_rule.h: what happens to posts whose header matches, in the order in
 * which they are asked.
 *
 *     struct header_rule_row r = { .list = 1, .header = STR("Subject"), … };
 *     TRY(header_rule_add(b, &r));                      // behind all others of the list
 *     TRY(header_rule_place(b, a, r.list, r.id, 0));    // and now the first
 */
#pragma once

#include "store/store.h"

struct header_rule_row {
	int64_t id, list; /* list 0: every list */
	str header;       /* lower case */
	str pattern;
	str action; /* hold, reject, discard, accept */
	str reason; /* in words, or empty */
	str tag;    /* by which a program finds its own, or empty */
};

/* Sets id. The same header and pattern again: action, reason and tag change, the place
 * stays. */
MUST_USE err header_rule_add(struct book *b, struct header_rule_row *r);

/* What the row of that list and id says from now on, at its place. ERR_NOTFOUND: there is
 * none. ERR_DENIED: another of the list has that header and pattern. */
MUST_USE err header_rule_change(struct book *b, const struct header_rule_row *r);

/* Puts it at a place, 0 the first; beyond the last is the last. ERR_NOTFOUND. */
MUST_USE err header_rule_place(struct book *b, struct arena *a, int64_t list, int64_t id,
			       size_t place);

/* Of that list alone; 0: the site's. In order. */
MUST_USE err header_rule_list(struct book *b, struct arena *a, int64_t list,
			      struct header_rule_row **r, size_t *count);

/* All that bear on a list: the site's, then its own. */
MUST_USE err header_rule_for(struct book *b, struct arena *a, int64_t list,
			     struct header_rule_row **r, size_t *count);
MUST_USE err header_rule_remove(struct book *b, int64_t list, str header,
				str pattern); /* ERR_NOTFOUND */
