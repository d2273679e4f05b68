/* lists/budget.h: what a list, an account or an alias may send. A spike freezes
 * what is beyond: it is kept, the administrator is told, and `postern status`
 * shows it until somebody releases or removes it. */
#pragma once

#include "lists/books.h"

/* Counts n recipients (or posts) of sender in this hour; *over is set where the
 * last `hours` hours together exceed limit (0: no limit). */
MUST_USE err budget_count(struct books *books, struct arena *a, str sender, int64_t n,
			  int64_t hours, int64_t limit, bool *over);

/* Tells the administrator once a day and sender that its mail is frozen. */
MUST_USE err budget_tell(struct books *books, struct arena *a, str sender, str what);
