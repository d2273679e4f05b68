/* lists/token_scopes.h: scopes of a token as people write them, with lists by their names:
 * "read members:dev@uni.example"; account/scope.h has them by number. */
#pragma once

#include "account/scope.h"
#include "lists/books.h"

/* A name without a domain is the site's own. ERR_SYNTAX: no scope, ERR_NOTFOUND: no list. */
MUST_USE err token_scopes_read(struct arena *a, const struct books *books, str text,
			       struct scopes *s);

/* Back. A list that is gone is a number: the token opens nothing there. */
str token_scopes_text(struct arena *a, const struct books *books, const struct scopes *s);
