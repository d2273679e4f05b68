/* lists/style.h: making and unmaking lists and domains, and what a new list begins
 * with (styles.def).
 *
 *     TRY(list_make(books, a, STR("dev@lists.example"), STR("private-default"), &by, &id));
 */
#pragma once

#include "lists/books.h"

struct list_style {
	const char *name, *text;
};

const struct list_style *list_styles(size_t *count); /* the first is the usual one */

/* style: a name of the table, or empty. ERR_SYNTAX: no such style, or no name that a list
 * may have. ERR_NOTFOUND: not a domain of ours. ERR_DENIED: there is such a list. */
MUST_USE err list_make(struct books *books, struct arena *a, str address, str style,
		       const struct actor *by, int64_t *id);

/* ERR_NOTFOUND: no such list. What was archived stays. */
MUST_USE err list_unmake(struct books *books, const struct list_entry *list,
			 const struct actor *by);

/* ERR_SYNTAX: no name of a domain. ERR_DENIED: it is one of ours already. */
MUST_USE err domain_make(struct books *books, struct arena *a, str name,
			 const struct actor *by);

/* ERR_NOTFOUND: not one of ours. ERR_DENIED: it has lists, or is the site's own. */
MUST_USE err domain_unmake(struct books *books, struct arena *a, str name,
			   const struct actor *by);
