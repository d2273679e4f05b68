/* lists/domains.h: what a mail domain is like and who owns it. Making and removing one:
 * style.h. A domain's owner makes lists in it and may do on each of them what an owner may.
 *
 *     struct assignment set[] = { { STR("alias_domain"), STR("old.example") } };
 *     TRY(domain_configure(books, a, STR("lists.example"), set, 1, &by));
 */
#pragma once

#include "lists/owner.h"

/* description, alias_domain (empty: none). ERR_NOTFOUND: not one of ours. ERR_SYNTAX: no
 * such key, no name of a domain, or too long. ERR_DENIED: the alias is ours already. */
MUST_USE err domain_configure(struct books *books, struct arena *a, str name,
			      const struct assignment *set, size_t n,
			      const struct actor *by);

/* proven: as role_give. ERR_NOTFOUND: not one of ours. ERR_SYNTAX: no address. */
MUST_USE err domain_owner_give(struct books *books, struct arena *a, str name,
			       str address, bool proven, const struct actor *by);
/* ERR_NOTFOUND: not one of ours, or not its owner. */
MUST_USE err domain_owner_take(struct books *books, struct arena *a, str name,
			       str address, const struct actor *by);

/* The name as it is kept. ERR_SYNTAX: none that mail can be sent to. */
MUST_USE err domain_name_clean(struct arena *a, str name, str *clean);
