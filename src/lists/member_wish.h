/* lists/member_wish.h: what whoever joins wants of the membership, from the asking to the first
 * day: how posts are to come, in which language, and whether it is to be their person's, at
 * whichever address they prefer. The letter's token bears it; who has pressed it may wait for a
 * moderator, and the wish with them, and no longer.
 *
 *     TRY(member_wish_check(a, &settings, &wish));
 *     TRY(member_wish_keep(books, a, list, key, &wish));    // proven; not in yet
 *     TRY(member_wish_begin(books, a, list, key, by));      // is in: so it is
 *     TRY(member_wish_drop(books, list, key));              // refused: it will not be
 */
#pragma once

#include "lists/members.h"
#include "lists/settings.h"

#include <jansson.h>

/* ERR_SYNTAX: no such form, or none that the list offers; no such language. */
MUST_USE err member_wish_check(struct arena *a, const struct settings *s,
			       const struct member_wish *wish);

/* Of the person whose address that is now; nobody's, as yet, follows none. */
MUST_USE err member_wish_follow(struct books *books, struct arena *a, str key,
				struct member_wish *wish);

/* In and out of what a token bears; the arena owns what comes out. */
void member_wish_write(json_t *data, const struct member_wish *wish);
struct member_wish member_wish_read(struct arena *a, str data);

/* In place of an earlier one; an empty wish is none. */
MUST_USE err member_wish_keep(struct books *books, struct arena *a,
			      const struct list_entry *list, str key,
			      const struct member_wish *wish);

/* For the membership that has begun. What the list offers no more is left as usual; it follows
 * nobody where the address is another person's by now, or they have proven none. */
MUST_USE err member_wish_begin(struct books *books, struct arena *a,
			       const struct list_entry *list, str key,
			       const struct actor *by);

MUST_USE err member_wish_drop(struct books *books, const struct list_entry *list,
			      str key);
