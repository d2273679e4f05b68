/* lists/personal.h: what is kept about a person, for that person: account, addresses,
 * memberships with their options, roles, sign-ins, tokens' names, posts that wait, what they
 * asked and did, what came back from them. Their posts come as mbox (archive/export.h).
 * store/personal.def says of each table what is given.
 *
 *     json_t *all;
 *     TRY(personal_data(&books, a, person, &all));
 */
#pragma once

#include "lists/books.h"

#include <jansson.h>

/* *out is the caller's. ERR_NOTFOUND: nobody. */
MUST_USE err personal_data(struct books *books, struct arena *a, int64_t person,
			   json_t **out);

/* The keys of all addresses that are shown to be theirs. */
MUST_USE err personal_addresses(struct books *books, struct arena *a, int64_t person,
				str **keys, size_t *count);
