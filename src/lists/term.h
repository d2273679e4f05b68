/* lists/term.h: memberships that begin and end on a day, such as those of guests and of
 * contracts. Days are of UTC: on its first day one is a member from 0:00, and on its last
 * one until 24:00.
 *
 *     TRY(member_admit_for(books, a, list, &who, &(struct term){ first, last }, true, &by));
 */
#pragma once

#include "lists/books.h"
#include "mail/address.h"

struct term {
	int64_t first, last; /* seconds at 0:00 UTC, of day_read; 0: now; no end */
};

/* Where the first day has come, as member_admit; else it is kept for that day, when the
 * member is welcomed. ERR_DENIED: as there. ERR_SYNTAX: the last day is over, or before
 * the first. */
MUST_USE err member_admit_for(struct books *books, struct arena *a,
			      const struct list_entry *list, const struct mailbox *who,
			      const struct term *t, bool welcome, const struct actor *by);

/* The same where many come; door: of members.h. */
struct member_door;
MUST_USE err member_admit_for_through(struct books *books, struct arena *a,
				      const struct list_entry *list,
				      const struct member_door *door,
				      const struct mailbox *who, const struct term *t,
				      bool welcome, const struct actor *by);

/* A membership that is to begin does not. ERR_NOTFOUND: none is. */
MUST_USE err member_plan_drop(struct books *books, struct arena *a,
			      const struct list_entry *list, str address,
			      const struct actor *by);

/* What the day brings, on every list: some begin, some end with a goodbye. One that cannot
 * be dealt with keeps no other; it is logged. */
MUST_USE err term_run(struct books *books, struct arena *a, int64_t now);
