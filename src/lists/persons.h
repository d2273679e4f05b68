/* lists/persons.h: what those who run the server do with somebody's account and addresses, by
 * orders of a page or the API (orders_people.c) and by command. Each leaves its row in the
 * audit, and is done as a whole or not at all.
 *
 *     TRY(person_find(books, a, STR("anna@uni.example"), &row));
 *     TRY(person_prove(books, a, &row, true, &by));
 */
#pragma once

#include "lists/books.h"
#include "store/lists/address.h"
#include "store/lists/token.h"

/* By an address as it is typed. ERR_SYNTAX: it is none. ERR_NOTFOUND: nobody's. */
MUST_USE err person_find(struct books *books, struct arena *a, str text,
			 struct address_row *row);

/* One more address, not proven by that. ERR_DENIED: it is theirs already, or somebody
 * else's. ERR_NOTFOUND: no such person. */
MUST_USE err person_take_address(struct books *books, struct arena *a, int64_t person,
				 const struct address *who, const struct actor *by);

/* The other's addresses, memberships and roles are theirs from now on, and the other, with
 * sign-ins, tokens and password, is no more. ERR_DENIED: they are the same, or the other is
 * an administrator and this one is not. */
MUST_USE err person_merge(struct books *books, struct arena *a, int64_t person,
			  int64_t other, const struct actor *by);

/* Whether an address is shown to be its person's. */
MUST_USE err person_prove(struct books *books, struct arena *a,
			  const struct address_row *row, bool yes,
			  const struct actor *by);

/* Whether it stands for its person. ERR_DENIED: it is not proven. */
MUST_USE err person_prefer_address(struct books *books, struct arena *a,
				   const struct address_row *row, bool yes,
				   const struct actor *by);

/* With its memberships. ERR_DENIED: it is its person's only one. */
MUST_USE err person_drop_address(struct books *books, struct arena *a,
				 const struct address_row *row, const struct actor *by);

/* All browsers. */
MUST_USE err person_sign_out(struct books *books, struct arena *a, int64_t person,
			     const struct actor *by);

/* One of them, by the hash of its cookie. ERR_NOTFOUND: it is not signed in. */
MUST_USE err person_end_session(struct books *books, struct arena *a, int64_t person,
				str hash, const struct actor *by);

/* The codes of an app, with the recovery codes; they are told by a letter. ERR_NOTFOUND: there
 * are none. */
MUST_USE err person_totp_off(struct books *books, struct arena *a, int64_t person,
			     const struct actor *by);

/* One token, or with 0 all of them. ERR_NOTFOUND: none of that number. */
MUST_USE err person_untoken(struct books *books, struct arena *a, int64_t person,
			    int64_t token, const struct actor *by);

/* The account goes, with addresses, memberships and roles; posts stay as they are.
 * ERR_DENIED: the site would have no administrator any more. */
MUST_USE err person_close(struct books *books, struct arena *a, int64_t person,
			  const struct actor *by);
