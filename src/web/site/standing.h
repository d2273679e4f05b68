/* web/site/standing.h: whether a rule of a folder speaks of somebody, by the books as they are
 * at this moment: who leaves a list loses with the next request what its members read.
 *
 *     struct standing s = { .a = a, .books = books, .person = 17 };
 *     TRY(rules_decide(&rules, standing_holds, &s, &decision)); */
#pragma once

#include "account/scope.h"
#include "lists/books.h"
#include "web/site/rules.h"

struct standing {
	struct arena *a;
	struct books *books;
	int64_t person;              /* 0: a guest */
	const struct scopes *scopes; /* of the token at hand; NULL: none, or it may all */
	bool by_link;                /* a signed link leads here */
};

MUST_USE err standing_holds(void *ctx, const struct rule *rule, bool *yes);

/* The list that a rule names: LIST@DOMAIN, or LIST of the site's own domain or, where no
 * other has that name, of another; or by a name that it had. NULL: there is none. */
const struct list_entry *standing_list(const struct books *books, struct arena *a,
				       str name);
