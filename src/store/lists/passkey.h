/* store/lists/passkey.h: keys that people sign in with in place of a password (WebAuthn): the
 * public halves. Times are seconds. */
#pragma once

#include "store/store.h"

struct passkey_row {
	int64_t id, person;
	str credential; /* what its authenticator calls it */
	str public_key; /* COSE_Key */
	str handle;     /* what the authenticator calls the person */
	str name;       /* "my phone" */
	int64_t counter;
	int64_t created_at, used_at; /* used_at 0: never */
};

/* Sets id. ERR_DENIED: it is kept already, whoever's it is. */
MUST_USE err passkey_add(struct book *b, struct passkey_row *k);

/* ERR_NOTFOUND: nobody's. */
MUST_USE err passkey_find(struct book *b, struct arena *a, str credential,
			  struct passkey_row *k);
MUST_USE err passkey_by_person(struct book *b, struct arena *a, int64_t person,
			       struct passkey_row **k, size_t *count);

/* It has signed, and says to have done so that often. */
MUST_USE err passkey_used(struct book *b, int64_t id, int64_t counter, int64_t now);
MUST_USE err passkey_rename(struct book *b, int64_t person, int64_t id,
			    str name); /* ERR_NOTFOUND */
MUST_USE err passkey_remove(struct book *b, int64_t person,
			    int64_t id); /* ERR_NOTFOUND */
