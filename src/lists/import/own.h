/* lists/import/own.h: what `postern list export` wrote, as a list again, here or on another
 * server.
 *
 *     TRY(own_import(books, a, "/root/dev", "dev@lists.example", &by, &report));
 */
#pragma once

#include "lists/books.h"
#include "lists/import/report.h"

/* address: of the list that it becomes. As mailman2_import otherwise. */
MUST_USE err own_import(struct books *books, struct arena *a, const char *folder,
			const char *address, const struct actor *by,
			struct import_report *r);

/* The next setting of settings.txt, off *text; comments are passed over. The value lives in
 * a. False at the end. */
bool own_setting(struct arena *a, str *text, str *key, str *value);
