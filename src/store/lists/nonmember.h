/* store/lists/nonmember.h: what a list does with the posts of one who is no member. */
#pragma once

#include "store/store.h"

struct nonmember_row {
	int64_t list;
	str key;        /* the address */
	str action;     /* accept, defer, hold, reject, discard */
	int64_t set_at; /* seconds */
};

MUST_USE err nonmember_put(struct book *b, const struct nonmember_row *x);

/* ERR_NOTFOUND: the list says nothing of this address. */
MUST_USE err nonmember_find(struct book *b, struct arena *a, int64_t list, str key,
			    struct nonmember_row *x);

/* In order of address. */
MUST_USE err nonmember_list(struct book *b, struct arena *a, int64_t list,
			    struct nonmember_row **x, size_t *count);

/* Of an address, on every list. */
MUST_USE err nonmember_by_key(struct book *b, struct arena *a, str key,
			      struct nonmember_row **x, size_t *count);

/* ERR_NOTFOUND: as above. */
MUST_USE err nonmember_remove(struct book *b, int64_t list, str key);
