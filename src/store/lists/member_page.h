/* store/lists/member_page.h: a page out of a list's members, in order of their addresses.
 *
 *     struct member_want want = { .list = 1, .search = STR("anna"), .after = last };
 *     TRY(member_page(b, a, &want, 100, &m, &count));       // from an index, however far on
 *     TRY(member_place(b, &want, m[0].key, &before, &all)); // "101 to 200 of 21,851" */
#pragma once

#include "store/lists/member.h"

struct member_want {
	int64_t list;
	str search;   /* part of the address or the name; "" all */
	str after;    /* those behind this key; "" from the first */
	str before;   /* the last ones before it, where there is no after; "" none */
	bool visible; /* only who is not hidden */
	bool by_name; /* search looks at names alone, and at none that holds an address */
};

MUST_USE err member_page(struct book *b, struct arena *a, const struct member_want *want,
			 size_t limit, struct member_row **m, size_t *count);

/* How many there are of those that fit, and how many of them before that key. */
MUST_USE err member_place(struct book *b, const struct member_want *want, str key,
			  int64_t *before, int64_t *all);
MUST_USE err member_count(struct book *b, int64_t list, str search, int64_t *count);

/* By position, for programs that count in pages; slower the further on. */
MUST_USE err member_skip(struct book *b, struct arena *a, int64_t list, str search,
			 size_t skip, size_t limit, struct member_row **m, size_t *count);
