/* store/lists/totp.h: the second factor of a person: what their app computes codes from, and
 * codes for who has lost it. Times are seconds. */
#pragma once

#include "store/store.h"

struct totp_row {
	int64_t person;
	str secret; /* sealed: account/vault.h */
	int64_t made_at, confirmed_at;
	int64_t last_step; /* of the last code that was used */
	bool links;        /* a mailed link asks for a code, too */
};

/* ERR_NOTFOUND: they have none. */
MUST_USE err totp_get(struct book *b, struct arena *a, int64_t person,
		      struct totp_row *t);

/* In the place of one that was not confirmed. ERR_DENIED: there is a confirmed one. */
MUST_USE err totp_put(struct book *b, const struct totp_row *t);

/* It counts from now on. ERR_NOTFOUND: none waits for that. */
MUST_USE err totp_confirm(struct book *b, int64_t person, int64_t now);

/* A code of that step is used. ERR_DENIED: that one, or a later one, was used before; of two
 * who try at one time one gets it. */
MUST_USE err totp_use(struct book *b, int64_t person, int64_t step);
MUST_USE err totp_set_links(struct book *b, int64_t person, bool yes);

/* With the recovery codes. ERR_NOTFOUND: there is none. */
MUST_USE err totp_remove(struct book *b, int64_t person);

/* ---- recovery codes, kept as SHA-256 */

MUST_USE err recovery_add(struct book *b, int64_t person, str code);
MUST_USE err recovery_clear(struct book *b, int64_t person);
MUST_USE err recovery_count(struct book *b, int64_t person, int64_t *count);

/* It is gone then. ERR_DENIED: it is none of theirs, or was used. */
MUST_USE err recovery_use(struct book *b, int64_t person, str code);
