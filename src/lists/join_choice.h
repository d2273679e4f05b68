/* lists/join_choice.h: how whoever joins wants posts to come, from the asking to the first day.
 * The letter's token bears it; who has pressed it may wait for a moderator, and the choice
 * with them.
 *
 *     TRY(join_choice_check(a, &settings, &choice));
 *     TRY(join_choice_keep(books, a, list, key, &choice));  // proven; not in yet
 *     TRY(join_choice_begin(books, a, list, key));          // is in: so it is
 */
#pragma once

#include "lists/members.h"
#include "lists/settings.h"

#include <jansson.h>

/* ERR_SYNTAX: no such form, or none that the list offers; no such language. */
MUST_USE err join_choice_check(struct arena *a, const struct settings *s,
			       const struct join_choice *choice);

/* In and out of what a token bears; the arena owns what comes out. */
void join_choice_write(json_t *data, const struct join_choice *choice);
struct join_choice join_choice_read(struct arena *a, str data);

/* In place of an earlier one; an empty choice is none. */
MUST_USE err join_choice_keep(struct books *books, struct arena *a,
			      const struct list_entry *list, str key,
			      const struct join_choice *choice);

/* For the membership that has begun. What the list offers no more is left as usual. */
MUST_USE err join_choice_begin(struct books *books, struct arena *a,
			       const struct list_entry *list, str key);

MUST_USE err join_choice_drop(struct books *books, const struct list_entry *list,
			      str key);
