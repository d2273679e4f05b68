/* lists/roster.h: members in a file, and what is to be done so that a list has them: for
 * `postern member import` and sync and for the owner's page. A record of CSV each
 * (doc/members-csv.md), behind a line that names the columns; without one they are address,
 * name, or lines as member add takes them.
 *
 *     TRY(roster_open(&f, books, a, list, text));
 *     TRY(roster_compare(&f, ROSTER_SYNC, &plan));
 *     ... plan.faults, plan.to_add, plan.to_remove: nothing was done yet
 *     TRY(roster_begin(&f, a));
 *     for (struct roster_act *x = plan.first; x; x = x->next)
 *             TRY(roster_do(&f, a, x, &by));
 *     roster_plan_free(&plan);
 */
#pragma once

#include "base/map.h"
#include "lists/term.h"
#include "store/lists/member.h"

enum { ROSTER_COLUMNS_MAX = 32, ROSTER_FAULTS = 20, ROSTER_RECORDS_MAX = 200000 };

struct roster_file {
	struct books *books;
	struct arena *a;
	const struct list_entry *list;
	str text, rest; /* all, and what is to be read */
	str columns[ROSTER_COLUMNS_MAX];
	size_t column_count;
	bool named;                     /* by a line of the file */
	bool has_more;                  /* than address and name */
	size_t records;                 /* that were read */
	const struct member_door *door; /* of roster_begin */
};

struct roster_record {
	struct mailbox who;
	struct term term;
	const str *fields; /* of the columns; NULL: there are no more than these */
};

/* The columns that tell what a membership has from above, and their cells: so that what is
 * written can be read again without a loss. */
#define ROSTER_LEVELS "language,form,follows,chosen"
enum { ROSTER_LEVEL_CELLS = 4 };
void roster_cells(struct arena *a, const struct member_row *m, str *cells);

/* text must live as long. ERR_SYNTAX: a column that no member has. */
MUST_USE err roster_open(struct roster_file *f, struct books *books, struct arena *a,
			 const struct list_entry *list, str text);

/* False at the end. *e: what is wrong with this one; its text may hold what the file does. */
bool roster_next(struct roster_file *f, struct arena *a, struct roster_record *r, err *e);

/* A record out of such fields. */
MUST_USE err roster_record_of(struct roster_file *f, struct arena *a, const str *fields,
			      struct roster_record *r);

/* Whether the file says anything else of a member; *m as it says. ERR_SYNTAX: what it says
 * is over. */
MUST_USE err roster_differs(const struct roster_file *f, struct arena *a,
			    const struct roster_record *r, struct member_row *m,
			    bool *differs);

/* Reads what holds for all who come, into a: once a transaction, in it, before the first
 * roster_enter or roster_do. */
MUST_USE err roster_begin(struct roster_file *f, struct arena *a);

enum roster_verb { ROSTER_ADD, ROSTER_CHANGE, ROSTER_REMOVE };

/* Makes it a membership, at once or on its day, or changes the one there is: as a whole or
 * not at all. ERR_DENIED: is a member, of whom the file says nothing else. In an open
 * transaction. */
MUST_USE err roster_enter(struct roster_file *f, struct arena *a,
			  const struct roster_record *r, const struct actor *by,
			  enum roster_verb *did);

/* ---- all of a file */

enum roster_kind {
	ROSTER_IMPORT, /* who is in it becomes a member, or changes */
	ROSTER_SYNC,   /* likewise, and nobody else is one */
	ROSTER_END,    /* who is in it is a member no more */
};

/* "import", "sync", "remove". False: none of them. */
bool roster_kind_read(str word, enum roster_kind *kind);
str roster_kind_word(enum roster_kind kind);

struct roster_act {
	enum roster_verb verb;
	str address;
	const struct roster_record *record; /* NULL: REMOVE */
	struct roster_act *next;
};

struct roster_plan {
	struct roster_act *first, **end;
	size_t to_add, to_change, to_remove, kept;
	size_t wrong;              /* records; nothing must be done then */
	str faults[ROSTER_FAULTS]; /* what is wrong with the first of them */
	struct map by_key;
};

/* All of it is read, and compared with who is a member, before anything is done: a member
 * must not be lost by a slip of the pen, nor all of them by a file that is empty.
 * ERR_SYNTAX: the file names nobody. */
MUST_USE err roster_compare(struct roster_file *f, enum roster_kind kind,
			    struct roster_plan *plan);
void roster_plan_free(struct roster_plan *plan);

/* One act. *did: what came of it. goodbye: who is removed gets one, where the list sends
 * them. ERR_NOTFOUND: left meanwhile. Others as of roster_enter. In an open transaction. */
MUST_USE err roster_do(struct roster_file *f, struct arena *a, const struct roster_act *x,
		       bool goodbye, const struct actor *by, enum roster_verb *did);
