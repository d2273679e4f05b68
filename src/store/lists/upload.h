/* store/lists/upload.h: files of the group's site that somebody sent by a page: whose they are,
 * and how much room they take. */
#pragma once

#include "store/store.h"

struct upload_row {
	int64_t id;
	str path, folder; /* "/incoming/run-7.csv" in "/incoming/" */
	int64_t person;   /* 0: of somebody who has gone */
	int64_t at, size;
	str sha256;
	str verdict;       /* of the wall: clean; empty: there was none */
	str name, address; /* of the person, when read */
};

/* Sets id. ERR_DENIED: there is one of that path. */
MUST_USE err upload_add(struct book *b, struct upload_row *x);
MUST_USE err upload_change(struct book *b, const struct upload_row *x); /* by id */
MUST_USE err upload_drop(struct book *b, int64_t id);

/* ERR_NOTFOUND: nobody sent it. */
MUST_USE err upload_get(struct book *b, struct arena *a, str path, struct upload_row *x);

/* Newest first. */
MUST_USE err upload_list(struct book *b, struct arena *a, str folder, size_t limit,
			 struct upload_row **x, size_t *count);
MUST_USE err upload_by_person(struct book *b, struct arena *a, int64_t person,
			      struct upload_row **x, size_t *count);

/* Octets of a folder's, and of them a person's. */
MUST_USE err upload_room(struct book *b, str folder, int64_t person, int64_t *all,
			 int64_t *own);
