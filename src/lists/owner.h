/* lists/owner.h: what those who run a list do with it, on a page (through orders) or
 * by command: settings, roles, bans, a member's options. Each leaves its row in the
 * audit, and is done as a whole or not at all.
 *
 *     struct assignment set[] = { { STR("subject_prefix"), STR("[dev] ") } };
 *     TRY(list_configure(books, a, list->id, set, 1, &by));
 */
#pragma once

#include "lists/books.h"

struct assignment {
	str key, value;
};

/* "key=value" as it is typed. ERR_SYNTAX: there is no = in it. */
MUST_USE err assignment_read(struct arena *a, str text, struct assignment *x);

/* Settings of a list. ERR_NOTFOUND: no such setting. ERR_SYNTAX: what it takes. */
MUST_USE err list_configure(struct books *books, struct arena *a, int64_t list,
			    const struct assignment *set, size_t n,
			    const struct actor *by);

/* Options of a member, in the owner's name. ERR_NOTFOUND: no such member.
 * ERR_SYNTAX: no such option, or what it takes. */
MUST_USE err member_configure(struct books *books, struct arena *a,
			      const struct list_entry *list, str address,
			      const struct assignment *set, size_t n,
			      const struct actor *by);

/* What becomes of the posts of somebody who is no member: accept, hold, reject, discard;
 * "" as the list says. ERR_SYNTAX: no such action, or no address. */
MUST_USE err nonmember_configure(struct books *books, struct arena *a,
				 const struct list_entry *list, str address, str action,
				 const struct actor *by);

/* role: owner or moderator. proven: whoever says so vouches for the address, so that
 * its person may sign in with it at once. ERR_SYNTAX: no such role, or no address. */
MUST_USE err role_give(struct books *books, struct arena *a, int64_t list, str role,
		       str address, bool proven, const struct actor *by);

/* ERR_NOTFOUND: nobody with that address has it. ERR_DENIED: the list's only owner. */
MUST_USE err role_take(struct books *books, struct arena *a, int64_t list, str role,
		       str address, const struct actor *by);

/* An address, or a pattern behind ^; list 0: every list. ERR_SYNTAX: what is wrong
 * with the pattern. */
MUST_USE err ban_put(struct books *books, struct arena *a, int64_t list, str pattern,
		     str reason, const struct actor *by);

/* ERR_NOTFOUND: no such ban. */
MUST_USE err ban_lift(struct books *books, struct arena *a, int64_t list, str pattern,
		      const struct actor *by);
