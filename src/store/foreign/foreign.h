/* store/foreign/foreign.h: a database that another program made, to be read once.
 *
 *     static const char *const tables[] = { "mailinglist", "member" };
 *     TRY(foreign_open(a, "/var/lib/mailman3/data/mailman.db", tables, 2, &b));
 *     ... book_rows(b, …) ...
 *     book_close(b);
 *
 * It is opened immutable, so nothing is written beside it, not even a lock, and whoever
 * else writes it must be stopped meanwhile. Its schema runs nothing: no triggers, no
 * views, no functions in defaults; each of `tables` must be an ordinary table. */
#pragma once

#include "store/store.h"

enum { FOREIGN_CELL = 16 << 20, FOREIGN_ROWS = 2000000 };

/* The book's memory is a's. ERR_NOTFOUND: there is no such file. ERR_SYNTAX: it is no
 * SQLite database, or lacks one of the tables. ERR_DENIED: its program is at work on it:
 * a log or journal lies beside it. */
MUST_USE err foreign_open(struct arena *a, const char *path, const char *const *tables,
			  size_t count, struct book **b);
