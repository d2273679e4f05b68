/* lists/roster_batch.h: what is to be done with a file of members is kept, so that somebody
 * looks at it first, and then done a part at a time between batches of mail. web makes it,
 * an order begins it, and post goes on with what it finds: a crash repeats at most one part,
 * and all that a part does is as good twice as once.
 *
 *     web:   TRY(batch_make(&f, kind, &plan, notice, &by, &id));
 *     post:  TRY(batch_begin(books, a, list, id, &by));
 *            do TRY(batch_continue(books, a, &turn, &more)); while (more);
 */
#pragma once

#include "lists/roster.h"
#include "store/lists/member_batch.h"

enum {
	BATCH_SHOWN = 50, /* of those that are to be added, as many are named; likewise */
	BATCH_REFUSED = 20, /* reasons that are kept */
	BATCH_PART =
		500, /* acts; others who write the book wait no longer than they take */
	BATCH_PART_MAILING = 50 /* whose mails a crash may send twice */
};

/* In short transactions, so that nobody waits for all of it. What the same person has made
 * for the list and not begun goes. */
MUST_USE err batch_make(const struct roster_file *f, enum roster_kind kind,
			const struct roster_plan *plan, bool notice,
			const struct actor *by, int64_t *id);

/* ERR_NOTFOUND: it is gone. ERR_DENIED: it was begun before. */
MUST_USE err batch_begin(struct books *books, struct arena *a,
			 const struct list_entry *list, int64_t id,
			 const struct actor *by);

/* It is not wanted. Errors as of batch_begin. */
MUST_USE err batch_drop(struct books *books, struct arena *a,
			const struct list_entry *list, int64_t id);

/* It ends where it is; what it did stays. ERR_NOTFOUND: it is gone. ERR_DENIED: it does not
 * run. */
MUST_USE err batch_stop(struct books *books, struct arena *a,
			const struct list_entry *list, int64_t id,
			const struct actor *by);

/* Another part of the one whose turn it is, behind the one of id *turn; it ends where whoever
 * began it may not change members any more. *more: there is more to do. */
MUST_USE err batch_continue(struct books *books, struct arena *a, int64_t *turn,
			    bool *more);
