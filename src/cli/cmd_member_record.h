/* cli/cmd_member_record.h: members as records of CSV, as lists/roster.h reads them. */
#pragma once

#include "cli/cmd_member_inside.h"
#include "lists/books.h"

/* A member as such a record, and one who is to be one, behind record_head. */
void record_head(void);
void record_print(struct arena *a, const struct member_row *m);
MUST_USE err record_print_planned(struct books *books, struct arena *a, int64_t list);
