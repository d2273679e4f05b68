/* store/lists/token.h: passwords of applications: random, shown once, kept as
 * SHA-256 (for Bearer, PLAIN and LOGIN) and as SCRAM keys (RFC 5802). */
#pragma once

#include "store/store.h"

struct token_row {
	int64_t id, person;
	str name; /* "my laptop" */
	str stored_key, server_key;
	str scopes;                  /* words of account/scopes.def */
	int64_t rate;                /* requests a minute; 0: any number */
	int64_t created_at, used_at; /* seconds; used_at 0: never */
};

MUST_USE err token_add(struct book *b, str secret, struct token_row *t); /* sets id */

/* By the secret itself, compared by its hash. ERR_NOTFOUND: unknown. */
MUST_USE err token_find(struct book *b, struct arena *a, str secret, struct token_row *t);
MUST_USE err token_by_person(struct book *b, struct arena *a, int64_t person,
			     struct token_row **t, size_t *count);
MUST_USE err token_used(struct book *b, int64_t id, int64_t now);
MUST_USE err token_remove(struct book *b, int64_t person, int64_t id); /* ERR_NOTFOUND */
