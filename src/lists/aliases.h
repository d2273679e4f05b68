/* lists/aliases.h: addresses beside the lists, forwarded to persons (forward.c), made and
 * removed on a page or by command. Each leaves its row in the audit.
 *
 *     str targets[] = { STR("ben@home.example"), STR("cara@home.example") };
 *     TRY(alias_point(books, a, STR("bugs@lists.example"), targets, 2, &by));
 */
#pragma once

#include "lists/books.h"

/* Makes the alias, or gives it other targets. ERR_SYNTAX: one of them is no address, or there
 * is none. ERR_DENIED: it is a list's, or in no domain of ours. */
MUST_USE err alias_point(struct books *books, struct arena *a, str address,
			 const str *targets, size_t count, const struct actor *by);

/* ERR_NOTFOUND: no such alias. */
MUST_USE err alias_drop(struct books *books, struct arena *a, str address,
			const struct actor *by);
