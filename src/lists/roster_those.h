/* lists/roster_those.h: one thing done with all members that fit, as with those of a file
 * (lists/roster_batch.h): web writes whom it would be, somebody looks at it, and post does it,
 * a part at a time. Who comes to fit later is not among them.
 *
 *     struct assignment off = { STR("delivery"), STR("off") };
 *     struct roster_those x = { .want = { .search = STR("@uni.example") }, &off, 1, false };
 *     TRY(batch_those(books, a, list, &x, &by, &id));      // shown at members/many/ID
 */
#pragma once

#include "lists/owner.h"
#include "store/lists/member_batch.h"
#include "store/lists/member_page.h"

enum { THOSE_SET = 4 }; /* options at once, at most */

struct roster_those {
	struct member_want want; /* list, after and before are not asked */
	const struct assignment *set;
	size_t count; /* 0: they are removed */
	bool notice;  /* who is removed gets a goodbye, if the list sends them */
};

/* In short transactions. What the same person has made for the list and not begun goes.
 * ERR_NOTFOUND: nobody fits. ERR_SYNTAX: no such option, or what it takes. */
MUST_USE err batch_those(struct books *books, struct arena *a,
			 const struct list_entry *list, const struct roster_those *x,
			 const struct actor *by, int64_t *id);

/* Whether such a row is of members that fit, and what is to be set with them. */
bool batch_is_those(const struct batch_row *row);
void batch_those_set(struct arena *a, const struct batch_row *row, struct assignment *set,
		     size_t *count);

/* "delivery = off", for the audit and the page; empty: they are removed. */
str batch_those_words(struct arena *a, const struct batch_row *row);
