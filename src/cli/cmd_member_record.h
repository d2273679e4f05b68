/* cli/cmd_member_record.h: members in a file: a record of CSV each, behind a line that
 * names the columns; without one they are address, name, or lines as member add takes them.
 *
 *     TRY(record_file_open(&f, c, BOOKS_WRITE));
 *     while (record_next(&f, a, &r, &e)) ... e, else record_admit(&f, a, &r)
 */
#pragma once

#include "cli/cmd_member_inside.h"
#include "lists/term.h"

enum { RECORD_COLUMNS_MAX = 32 };

struct record_file {
	struct cli *c;
	struct books *books;
	const struct list_entry *list;
	str text, rest; /* all, and what is to be read */
	str columns[RECORD_COLUMNS_MAX];
	size_t column_count;
	bool has_more;  /* than address and name */
	size_t records; /* that were read */
};

struct record {
	struct mailbox who;
	struct term term;
	const str *fields; /* of the columns; NULL: there are no more than these */
};

/* The file that the second argument names, or standard input. ERR_SYNTAX: a column that
 * no member has. */
MUST_USE err record_file_open(struct record_file *f, struct cli *c, enum books_mode mode);

/* False at the end. *e: what is wrong with this one. */
bool record_next(struct record_file *f, struct arena *a, struct record *r, err *e);

/* Makes it a membership, at once or on its day, as a whole or not at all: an option that is
 * wrong makes no member. In an open transaction. */
MUST_USE err record_admit(struct record_file *f, struct arena *a, const struct record *r);

/* A member as such a record, and one who is to be one, behind record_head. */
void record_head(void);
void record_print(struct arena *a, const struct member_row *m);
MUST_USE err record_print_planned(struct books *books, struct arena *a, int64_t list);
