/* lists/import/mailman2.h: a whole Mailman 2 into our books: DIR with lists/NAME/,
 * data/ and archives/private/. Each list is one transaction of the lists book, then its
 * archive. It may be run again, also after a crash anywhere: what is here as it is there
 * is left alone. Passwords are never read.
 *
 *     struct import_report r = { .a = a, .dry = true };
 *     TRY(mailman2_import(books, a, "/var/lib/mailman", &by, &r));
 *     puts(import_report_text(a, &r)) ...
 */
#pragma once

#include "lists/books.h"
#include "lists/import/report.h"

/* r->dry: all of it is tried, nothing is kept. A list that cannot be taken stands in
 * the report with the reason, and the others are. ERR_NOTFOUND: no Mailman there.
 * ERR_TEMP, ERR_IO: our books; what was done stays, run it again. */
MUST_USE err mailman2_import(struct books *books, struct arena *a, const char *dir,
			     const struct actor *by, struct import_report *r);
