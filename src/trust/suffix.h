/* trust/suffix.h: the public suffix list (libpsl): where registrants begin.
 * DMARC no longer decides by it (RFC 9989); it is what is left for domains that
 * publish no policy at all.
 *
 *     str org = suffix_org(a, suffix_known(), STR("mail.cs.uni.example"));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct suffix_list;

const struct suffix_list *
suffix_known(void); /* compiled in; NULL where libpsl has none */

/* A list from a file. The caller frees it. ERR_IO: cannot be read. */
MUST_USE err suffix_load(struct arena *a, const char *path, struct suffix_list **list);
void suffix_free(struct suffix_list *list);

/* The name that was registered, lower case with A-labels: one label below the
 * longest suffix. Empty for a suffix itself, for what is no name, and for a NULL
 * list. */
str suffix_org(struct arena *a, const struct suffix_list *list, str domain);

/* By the list that is compiled in; the domain itself, lower case with A-labels, where
 * suffix_org has none: whom a domain's mail is laid to. */
str suffix_registrant(struct arena *a, str domain);

/* Whether both are laid to one registrant: one organization, as far as names tell without
 * DNS. False where one is empty. */
bool suffix_same_registrant(struct arena *a, str one, str other);
