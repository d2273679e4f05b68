/* store/lists/member_batch.h: many members at once, out of a file or all that fit: web writes what is to
 * be done in parts, somebody looks at it, and post does it, a part in a transaction.
 *
 *     web:   TRY(batch_replace(b, &x)); TRY(batch_part_add(b, x.id, 1, text)); ...
 *            x.state = STR("shown"); TRY(batch_put(b, &x));
 *     post:  TRY(batch_running(b, a, after, &x, &found));
 *            TRY(batch_part_first(b, a, x.id, &part, &text, &found)); ... does it, then
 *            TRY(batch_part_remove(b, x.id, part)); TRY(batch_put(b, &x));
 */
#pragma once

#include "store/store.h"

struct batch_row {
	int64_t id, list;
	str kind;    /* import, sync, remove of a file; set, end of members that fit */
	bool notice; /* who is removed gets a goodbye */
	str columns; /* those of the parts: "address,name,delivery"; of a set: keys and values */
	int64_t person;
	str actor;       /* as the audit names them */
	int64_t made_at; /* seconds */
	str state;       /* "" is being written; shown; running; done, with parts left if
			  * it was stopped */
	int64_t parts;
	int64_t to_add, to_change, to_remove, kept;
	int64_t added, changed, removed, refused; /* so far */
	str shown;                                /* JSON */
};

/* Adds it and sets its id; what the same person has made for the list and not begun goes. */
MUST_USE err batch_replace(struct book *b, struct batch_row *x);

/* Writes person, actor and all from state to shown, as *x has them. ERR_NOTFOUND: it is
 * gone. */
MUST_USE err batch_put(struct book *b, const struct batch_row *x);

/* ERR_NOTFOUND: there is none of that number on the list. */
MUST_USE err batch_get(struct book *b, struct arena *a, int64_t list, int64_t id,
		       struct batch_row *x);

/* One that runs: the next behind that id, else the first. */
MUST_USE err batch_running(struct book *b, struct arena *a, int64_t after,
			   struct batch_row *x, bool *found);
MUST_USE err batch_remove(struct book *b, int64_t id);

/* Forgets those made before that time that do not run. */
MUST_USE err batch_expire(struct book *b, int64_t before, int64_t *gone);

MUST_USE err batch_part_add(struct book *b, int64_t batch, int64_t part, str text);
MUST_USE err batch_part_first(struct book *b, struct arena *a, int64_t batch,
			      int64_t *part, str *text, bool *found);
MUST_USE err batch_part_remove(struct book *b, int64_t batch, int64_t part);
MUST_USE err batch_parts_left(struct book *b, int64_t batch, int64_t *left);
