/* lists/import/others.h: lists of mlmmj, ezmlm and Sympa into our books, by the folders in
 * which each keeps them: members, roles, main settings, archive, and what waits where it
 * can be taken. Each may be run again.
 *
 *     TRY(mlmmj_import(books, a, "/var/spool/mlmmj", NULL, &by, &report));
 *
 * folder: of one list, or one that holds such folders. archives: of Sympa, a folder with
 * LIST@DOMAIN.mbox; NULL: the folder's own archive. As mailman2_import otherwise. */
#pragma once

#include "lists/books.h"
#include "lists/import/report.h"

typedef err others_import(struct books *books, struct arena *a, const char *folder,
			  const char *archives, const struct actor *by,
			  struct import_report *r);

MUST_USE err mlmmj_import(struct books *books, struct arena *a, const char *folder,
			  const char *archives, const struct actor *by,
			  struct import_report *r);
MUST_USE err ezmlm_import(struct books *books, struct arena *a, const char *folder,
			  const char *archives, const struct actor *by,
			  struct import_report *r);
MUST_USE err sympa_import(struct books *books, struct arena *a, const char *folder,
			  const char *archives, const struct actor *by,
			  struct import_report *r);
