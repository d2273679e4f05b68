/* store/lists/audit.h: who changed what, in words, for good. */
#pragma once

#include "store/store.h"

struct audit_row {
	int64_t id;
	int64_t at;     /* seconds */
	int64_t person; /* 0: the program, a command or a guest */
	str actor;      /* in words: an address, "command", "expiry" */
	int64_t list;   /* 0: none */
	str what, detail;
};

MUST_USE err audit_add(struct book *b, struct audit_row *x); /* sets id */

/* What a person did, newest first. */
MUST_USE err audit_of_person(struct book *b, struct arena *a, int64_t person,
			     size_t limit, struct audit_row **x, size_t *count);

/* Newest first, before that id (0: all); list -1: every list's and none's. */
MUST_USE err audit_list(struct book *b, struct arena *a, int64_t list, int64_t before,
			size_t limit, struct audit_row **x, size_t *count);

/* Of decisions about held posts of that subject only their number is told from now on. */
MUST_USE err audit_forget_held(struct book *b, int64_t list, str subject);
