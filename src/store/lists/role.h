/* store/lists/role.h: who runs a list. */
#pragma once

#include "store/store.h"

enum { ROLE_OWNER = 1, ROLE_MODERATOR = 2, ROLE_DOMAIN_OWNER = 4 }; /* bits */

struct role_row {
	int64_t list, address, person;
	str key, text;       /* the address */
	str name;            /* the person's */
	str role;            /* "owner", "moderator" */
	int64_t verified_at; /* the address is shown to be the person's; 0: it is not */
};

MUST_USE err role_add(struct book *b, int64_t list, int64_t address, str role);
MUST_USE err role_remove(struct book *b, int64_t list, int64_t address, str role);
MUST_USE err role_list(struct book *b, struct arena *a, int64_t list, struct role_row **r,
		       size_t *count);

/* The roles of a person, on every list. */
MUST_USE err role_by_person(struct book *b, struct arena *a, int64_t person,
			    struct role_row **r, size_t *count);

/* Which roles a person has on a list, by any address that is verified; ROLE_ bits. Who
 * owns its domain (domain_owner.h) has one, too. */
MUST_USE err role_of_person(struct book *b, int64_t list, int64_t person,
			    unsigned *roles);
