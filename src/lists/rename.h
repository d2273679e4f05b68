/* lists/rename.h: a list is called otherwise, and what it was called goes on: its old
 * addresses take mail, its old links lead to the new ones, and what has left under them
 * comes back right; settings of other lists that name it do so by its new address. All of it is one transaction of the lists book; archive and ledger
 * know lists by number.
 *
 *     TRY(list_call(&books, a, list, STR("team@uni.example"), false, &by));
 *
 * List-Id stays (RFC 2919 section 3: it names the list, not the host), so that members'
 * filters go on; new_id gives it that of the new name. */
#pragma once

#include "lists/books.h"

/* ERR_SYNTAX: no name for a list. ERR_NOTFOUND: not a domain of ours. ERR_DENIED: a
 * list, an alias or another list's former address has it. */
MUST_USE err list_call(struct books *books, struct arena *a,
		       const struct list_entry *list, str address, bool new_id,
		       const struct actor *by);

/* All lists of a domain of ours, under their names, in another one; all or none.
 * *count: how many. Errors as of list_call. */
MUST_USE err domain_call(struct books *books, struct arena *a, str from, str to,
			 bool new_id, const struct actor *by, int64_t *count);

/* A former address means the list no more: mail to it is refused, its links lead
 * nowhere, and another list may have it. ERR_NOTFOUND: no list had it. */
MUST_USE err list_let_go(struct books *books, struct arena *a, str address,
			 const struct actor *by);
