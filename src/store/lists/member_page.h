/* store/lists/member_page.h: a page out of a list's members, in order of their addresses.
 *
 *     struct member_want want = { .list = 1, .search = STR("anna"), .after = last };
 *     TRY(member_page(b, a, &want, 100, &m, &count));       // from an index, however far on
 *     TRY(member_place(b, &want, m[0].key, &before, &all)); // "101 to 200 of 21,851" */
#pragma once

#include "store/lists/member.h"

enum member_state {
	MEMBER_ANY,
	MEMBER_OFF,      /* no posts by mail, by whosever hand */
	MEMBER_BOUNCES,  /* of these: since mail came back */
	MEMBER_HELD,     /* their own posts are held, rejected or discarded */
	MEMBER_DIGEST,   /* posts come in digests */
	MEMBER_UNPROVEN, /* nobody has shown that the address is theirs */
	MEMBER_STATES
};

struct member_want {
	int64_t list;
	str search;   /* part of the address or the name; "" all */
	str after;    /* those behind this key; "" from the first */
	str before;   /* the last ones before it, where there is no after; "" none */
	bool visible; /* only who is not hidden */
	bool by_name; /* search looks at names alone, and at none that holds an address */
	enum member_state state;
};

MUST_USE err member_page(struct book *b, struct arena *a, const struct member_want *want,
			 size_t limit, struct member_row **m, size_t *count);

/* How many there are of those that fit, and how many of them before that key. */
MUST_USE err member_place(struct book *b, const struct member_want *want, str key,
			  int64_t *before, int64_t *all);
MUST_USE err member_count(struct book *b, int64_t list, str search, int64_t *count);

/* The keys alone, behind want->after: for those who go through all that fit. */
MUST_USE err member_keys(struct book *b, struct arena *a, const struct member_want *want,
			 size_t limit, str **keys, size_t *count);

/* How many of a list are in each state, without a look at the others. */
MUST_USE err member_states(struct book *b, int64_t list, int64_t counts[MEMBER_STATES]);

/* "off", "bounces", "held", "digest", "unproven"; "" any. Any other word is any. */
enum member_state member_state_read(str word);
str member_state_word(enum member_state state);

/* By position, for programs that count in pages; slower the further on. */
MUST_USE err member_skip(struct book *b, struct arena *a, int64_t list, str search,
			 size_t skip, size_t limit, struct member_row **m, size_t *count);
