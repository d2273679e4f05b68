/* lists/import/mailman3.h: a whole Mailman 3 into our books: its core's database (SQLite),
 * the folders of messages and templates beside it, and the mbox files that HyperKitty
 * exports. Each list is one transaction of the lists book, then its archive. It may be run
 * again. Passwords are never read.
 *
 *     struct mailman3_place from = { .database = "/var/lib/mailman3/data/mailman.db",
 *             .archives = "/root/export" };
 *     TRY(mailman3_import(books, a, &from, &by, &report));
 */
#pragma once

#include "lists/books.h"
#include "lists/import/report.h"

struct mailman3_place {
	const char *database;
	const char *var;      /* var_dir of its configuration; NULL: the folder above the
			       * database's own */
	const char *archives; /* LIST@DOMAIN.mbox, a list each; NULL: none */
};

/* As mailman2_import. */
MUST_USE err mailman3_import(struct books *books, struct arena *a,
			     const struct mailman3_place *from, const struct actor *by,
			     struct import_report *r);
