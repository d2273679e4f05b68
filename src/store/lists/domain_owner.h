/* store/lists/domain_owner.h: who makes lists in a domain and runs all of its lists. */
#pragma once

#include "store/store.h"

struct domain_owner_row {
	int64_t domain, address, person;
	str key, text; /* the address */
	str name;      /* the person's */
};

MUST_USE err domain_owner_add(struct book *b, int64_t domain,
			      int64_t address); /* twice is fine */
MUST_USE err domain_owner_remove(struct book *b, int64_t domain,
				 int64_t address); /* ERR_NOTFOUND */
MUST_USE err domain_owner_list(struct book *b, struct arena *a, int64_t domain,
			       struct domain_owner_row **r, size_t *count);

/* The domains of a person, by any address, in no order. */
MUST_USE err domain_owner_by_person(struct book *b, struct arena *a, int64_t person,
				    struct domain_owner_row **r, size_t *count);

/* Whether a person owns it, by an address that is verified. */
MUST_USE err domain_owner_is(struct book *b, int64_t domain, int64_t person, bool *yes);
