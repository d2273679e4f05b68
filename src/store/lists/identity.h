/* store/lists/identity.h: accounts at other providers by which people sign in here. Times
 * are seconds. */
#pragma once

#include "store/store.h"

struct identity_row {
	int64_t id, person;
	str issuer, subject; /* both together name it, anywhere and for good */
	str address;         /* that the provider named at the first time; or "" */
	int64_t made_at, used_at;
};

/* ERR_DENIED: it is somebody's already, or the person has another one of the issuer. */
MUST_USE err identity_add(struct book *b, struct identity_row *x); /* sets id */

/* ERR_NOTFOUND: nobody's. */
MUST_USE err identity_find(struct book *b, struct arena *a, str issuer, str subject,
			   struct identity_row *x);

MUST_USE err identity_used(struct book *b, int64_t id, int64_t now);

/* In the order in which they came. */
MUST_USE err identity_by_person(struct book *b, struct arena *a, int64_t person,
				struct identity_row **x, size_t *count);

/* ERR_NOTFOUND: the person has none of that id. */
MUST_USE err identity_remove(struct book *b, int64_t person, int64_t id);
