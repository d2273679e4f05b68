/* lists/equivalent.h: domains that stand for each other. In `x.edu, mail.x.edu` who is a
 * member as anna@mail.x.edu is one as anna@x.edu, too. Whether a mail from there is
 * Anna's is asked as with any address: this says only whose it would be. */
#pragma once

#include "store/lists/member.h"

/* Each group names two domains or more. ERR_SYNTAX: one that does not. */
MUST_USE err equivalent_check(struct arena *a, str key, str groups);

/* Those that do, one a line. */
str equivalent_groups(struct arena *a, str text);

enum { EQUIVALENT_DOMAINS_MAX = 50 }; /* of one group that are tried */

/* The member under the address itself or, where there is none, under the same local part
 * at a domain that stands in a group with its own. groups: a line, or a part up to a
 * semicolon, each; domains in it by commas. ERR_NOTFOUND: none. */
MUST_USE err equivalent_member(struct book *lists, struct arena *a, int64_t list,
			       str groups, str key, struct member_row *m);
