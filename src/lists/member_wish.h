/* lists/member_wish.h: a membership that is asked for as its person's, at whichever address
 * they prefer, is so when it begins, however long it waits for its subscriber and a moderator.
 *
 *     TRY(member_wish_follow(books, a, list, key));      // asked for; not in yet
 *     TRY(member_wish_begin(books, a, list, key, by));   // is in: it follows
 *     TRY(member_wish_drop(books, list, key));           // refused: it will not be
 */
#pragma once

#include "lists/books.h"

/* Of the person whose address that is now. Nobody's, as yet: nothing is kept. */
MUST_USE err member_wish_follow(struct books *books, struct arena *a,
				const struct list_entry *list, str key);

/* Unless the address is another person's by now, or they have proven none. */
MUST_USE err member_wish_begin(struct books *books, struct arena *a,
			       const struct list_entry *list, str key,
			       const struct actor *by);

MUST_USE err member_wish_drop(struct books *books, const struct list_entry *list,
			      str key);
