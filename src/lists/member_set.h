/* lists/member_set.h: a member's own options, set by mail: at once where the author is
 * proven, else by a letter whose token does it. Nobody else can change them, and a
 * stranger in a member's name causes no more than that letter.
 *
 *     struct assignment wish[] = { { STR("delivery"), STR("off") } };
 *     TRY(c->authentic ? member_set(books, a, list, key, wish, 1, &by)
 *                      : member_ask_set(books, a, list, key, wish, 1));
 */
#pragma once

#include "lists/owner.h"
#include "store/lists/member.h"

/* The member that an address of the author's is: under that address, or the same local
 * part at an equivalent domain (lists/equivalent.h). ERR_NOTFOUND: none; the text may be
 * shown to who is proven. */
MUST_USE err member_meant(struct books *books, struct arena *a,
			  const struct list_entry *list, str key, struct member_row *m);

/* Options of member_option, and language of their person, in the member's name. ERR_NOTFOUND: as above. */
MUST_USE err member_set(struct books *books, struct arena *a,
			const struct list_entry *list, str key,
			const struct assignment *set, size_t n, const struct actor *by);

/* The letter, of which three go out a day. Whoever asks is not told whether one did. */
MUST_USE err member_ask_set(struct books *books, struct arena *a,
			    const struct list_entry *list, str key,
			    const struct assignment *set, size_t n);

/* What the letter's token bears, {"set": {option: value}}: as words, and done. */
str member_set_words(struct arena *a, str data);
bool member_set_names(struct arena *a, str data, str option);
MUST_USE err member_set_press(struct books *books, struct arena *a,
			      const struct list_entry *list, str key, str data,
			      const struct actor *by);
