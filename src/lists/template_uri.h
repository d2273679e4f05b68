/* lists/template_uri.h: texts of Mailman 3's templates that a program has set by URI, as
 * its REST API and Postorius do: the text becomes a template or a setting of ours, by the
 * table of the import (lists/import/texts.def), and where it came from is remembered.
 *
 *     TRY(template_uri_check(a, &of, STR("list:user:notice:welcome")));
 *     ... fetch it (web alone asks for that)
 *     TRY(template_uri_put(books, a, &(struct template_owner){ of, list }, &from, &by));
 */
#pragma once

#include "lists/books.h"
#include "store/lists/template_uri.h"

struct template_owner {
	struct template_scope of;
	const struct list_entry *list; /* NULL: of a domain or the site */
	str domain;                    /* its name; empty: of the site */
};

struct template_from {
	str name;     /* Mailman's */
	str uri;      /* empty: what was set by one goes, and the usual text holds */
	str username; /* with which it was fetched, or empty */
	str text;     /* UTF-8 */
};

/* Whether it has a place here. ERR_NOTFOUND: no template of Mailman's has that name, or
 * none for a domain or the site. ERR_DENIED: why it has none. */
MUST_USE err template_uri_check(struct arena *a, const struct template_scope *of,
				str name);

/* As if an owner had written it on the page: by the same rules, with a row in the audit.
 * ERR_SYNTAX also: the text has a $name without a value here. */
MUST_USE err template_uri_put(struct books *books, struct arena *a,
			      const struct template_owner *owner,
			      const struct template_from *from, const struct actor *by);

/* Those whose text still is what they gave; who has written another since has his own. */
MUST_USE err template_uri_holding(struct books *books, struct arena *a,
				  const struct template_scope *of,
				  struct template_uri_row **rows, size_t *count);

/* Where the own text of a notice, of any language, came from; empty: somebody wrote it, or
 * there is none. */
MUST_USE err template_uri_of(struct books *books, struct arena *a,
			     const struct template_scope *of, str notice, str *uri);

/* Mailman's names, in their order, that a list, a domain (of->domain) or the site may
 * set: also those without a place here. *count is the number. */
const char *const *template_uri_names(size_t *count);
bool template_uri_fits(const struct template_scope *of, str name);
