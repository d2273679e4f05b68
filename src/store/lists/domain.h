/* store/lists/domain.h: the domains whose lists live here. Who owns them: domain_owner.h. */
#pragma once

#include "store/store.h"

struct domain_row {
	int64_t id;
	str name; /* lower case */
	str description;
	str alias; /* a domain whose mail is this one's, too; lower case, or empty */
};

MUST_USE err domain_add(struct book *b, str name, int64_t *id); /* twice is fine */

/* ERR_NOTFOUND: not one of ours. */
MUST_USE err domain_find(struct book *b, str name, int64_t *id);
MUST_USE err domain_get(struct book *b, struct arena *a, str name, struct domain_row *d);
MUST_USE err domain_all(struct book *b, struct arena *a, struct domain_row **d,
			size_t *count);

/* Its description and alias. ERR_DENIED: the alias is one of our domains, or an alias of
 * another. ERR_NOTFOUND: no such domain. */
MUST_USE err domain_set(struct book *b, const struct domain_row *d);

/* ERR_DENIED: it has lists. Snapshots of the addresses are old after it. */
MUST_USE err domain_remove(struct book *b, int64_t id);
