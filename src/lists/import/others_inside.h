/* lists/import/others_inside.h: what the importers that read folders share. x->dir is the
 * list's folder. */
#pragma once

#include "lists/import/others.h"
#include "lists/import/plain.h"

struct other {
	const char *from, *word; /* "mlmmj" */
	const char *mark; /* a file or folder that each list has in its own: "control" */
	err (*all)(struct moving *x);
	const char *archives;
};

/* Each list in the folder, or the folder itself. ERR_NOTFOUND: neither is one. */
MUST_USE err others_each(struct books *books, struct arena *a, const char *folder,
			 const struct other *o, const struct actor *by,
			 struct import_report *r);

/* DIR/name of the list's folder. */
str other_path(struct moving *x, str name);

/* Members of one kind, in the order in which they stand; delivery: regular, mime, off. */
MUST_USE err other_member(struct moving *x, struct moving_count *c, str address, str name,
			  const char *delivery);
MUST_USE err other_roles(struct moving *x, const char *role, str addresses,
			 const char *what);
