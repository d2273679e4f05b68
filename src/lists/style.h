/* lists/style.h: making and unmaking lists and domains, and what a new list begins
 * with (styles.def).
 *
 *     struct new_list how = { .style = STR("private-default") };
 *     TRY(list_make(books, a, STR("dev@lists.example"), &how, &by, &id));
 */
#pragma once

#include "lists/owner.h"

struct list_style {
	const char *name, *text;
};

const struct list_style *list_styles(size_t *count); /* the first is the usual one */

struct new_list {
	str style;                    /* a name of the table, or empty */
	str owner;                    /* an address, or empty */
	bool proven;                  /* as role_give */
	const struct assignment *set; /* settings, over those of the style */
	size_t count;
};

/* All of it, or nothing. ERR_SYNTAX: no such style, no name that a list may have, no
 * address, or what a setting takes. ERR_NOTFOUND: not a domain of ours, or no such
 * setting. ERR_DENIED: there is such a list. */
MUST_USE err list_make(struct books *books, struct arena *a, str address,
		       const struct new_list *how, const struct actor *by, int64_t *id);

/* ERR_NOTFOUND: no such list. What was archived stays, or goes from now on (purge). */
MUST_USE err list_unmake(struct books *books, const struct list_entry *list, bool purge,
			 const struct actor *by);

/* Some posts of archives that are to go. *more: there may be others. */
MUST_USE err list_purge_continue(struct books *books, struct arena *a, bool *more);

/* ERR_SYNTAX: no name of a domain. ERR_DENIED: it is one of ours already. */
MUST_USE err domain_make(struct books *books, struct arena *a, str name,
			 const struct actor *by);

/* ERR_NOTFOUND: not one of ours. ERR_DENIED: it has lists, or is the site's own. */
MUST_USE err domain_unmake(struct books *books, struct arena *a, str name,
			   const struct actor *by);
