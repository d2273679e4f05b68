/* lists/borrow.h: settings that name other lists of this server borrow of them: their
 * members to write to, the knowledge of who is on them, or that there are such. Whoever sets
 * or tries one must have that of the other list already, so owners are asked before. And
 * web_page_url, which stands in letters of this server, borrows its name: that of a server
 * which is none of its domains' is set by administrators alone.
 *
 *     TRY(borrow_check(books, a, list, person, &(struct assignment){ key, value }));
 */
#pragma once

#include "lists/owner.h"
#include "lists/settings.h"

/* What stands in the setting already was said by somebody who might, and may stay.
 * ERR_DENIED: on a list that the value newly names the person has not the right, or there is
 * none of that name: which of the two is not told. ERR_SYNTAX: of setting_check, or too many
 * lists. A key that is none is left to whoever sets it. */
MUST_USE err borrow_check(struct books *books, struct arena *a,
			  const struct list_entry *list, int64_t person,
			  const struct assignment *set);

/* Whether there is each list that the value newly names, and it is another one: of itself a
 * list has nothing to borrow. list_configure asks it of all that is set. ERR_SYNTAX: says
 * which is not. */
MUST_USE err borrow_known(struct books *books, struct arena *a, int64_t list,
			  const struct assignment *set);

/* The next list that a value of the setting names, off its lines: the line, and the address
 * of the list that a list of that domain means by it. False at the end. */
bool borrow_next(struct arena *a, const struct setting_def *def, str domain, str *value,
		 str *line, str *address);
