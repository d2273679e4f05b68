/* lists/erase.h: a person goes for good. First, in one transaction of the lists book, the
 * account with memberships, roles and sessions, all else there that names them, and a row
 * that says so; then the archive, some posts at a time, in another name. The role post
 * goes on with rows that it finds, so a crash repeats at most the posts of one step.
 * store/personal.def says of each table what becomes of it.
 *
 *     TRY(person_may_go(&books, a, person));
 *     TRY(person_erase(&books, a, person, STR(""), &by));
 *     do TRY(erase_continue(&books, a, &more)); while (more);
 */
#pragma once

#include "lists/books.h"

/* ERR_DENIED: a list would have no owner, an alias no target, or the site no administrator;
 * the text says which. ERR_NOTFOUND: nobody. */
MUST_USE err person_may_go(struct books *books, struct arena *a, int64_t person);

/* The same, of the right of an administrator alone. */
MUST_USE err person_admin_may_go(struct books *books, struct arena *a, int64_t person);

/* With posts and traces under the addresses that are shown to be theirs, and under `named`
 * ("": none), which an administrator says is. Errors as of person_may_go. */
MUST_USE err person_erase(struct books *books, struct arena *a, int64_t person, str named,
			  const struct actor *by);

/* An address that is nobody's account, as of an author who never was a member.
 * ERR_DENIED: an alias leads there alone. */
MUST_USE err address_erase(struct books *books, struct arena *a, str key,
			   const struct actor *by);

/* Some posts more. *more: there are others to do. None, and not *more, as long as the archive's index
 * lacks words, or files are still to be looked into (archive/inside.h): what names them is found
 * by it. Files that wait for a program are never looked into once it has begun. */
MUST_USE err erase_continue(struct books *books, struct arena *a, bool *more);
