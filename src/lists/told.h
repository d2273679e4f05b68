/* lists/told.h: somebody changed how they sign in, and the audit and they themselves are told.
 * What there is to tell is rows of told.def. A page files it as an order (account_told) in
 * the transaction of the change itself, so that none goes untold.
 *
 *     TRY(told_change(books, a, person, &(struct told){ .word = STR("password-set") }, &by));
 */
#pragma once

#include "lists/books.h"

struct told {
	str word;   /* a row of told.def */
	str detail; /* "my laptop"; or empty */
	str client; /* the address of whose browser did it; empty: an administrator did */
	str source; /* as of a notice: the letter goes out once; or empty */
};

/* Writes the audit and, where the row has one, a letter to the person's preferred address,
 * else to the first that is shown to be theirs. ERR_NOTFOUND: there is no such row, or no such
 * person. */
MUST_USE err told_change(struct books *books, struct arena *a, int64_t person,
			 const struct told *t, const struct actor *by);
