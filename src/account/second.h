/* account/second.h: the second factor of a person: codes of an app, which a password alone does
 * not replace, and recovery codes for who has lost it.
 *
 *     TRY(second_start(a, book, &key, person, &secret));     // shown as a picture and as text
 *     TRY(second_confirm(a, book, &key, person, typed));     // it counts from here on
 *     TRY(second_codes(a, book, person, codes));             // shown once
 *     e = second_check(a, book, &key, person, typed);        // at each sign-in
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/mac.h"

struct book;

enum { SECOND_CODES = 10, SECOND_CODE_BYTES = 10 };

struct second {
	bool on;
	bool started;  /* a secret was made, and waits for its first code */
	bool links;    /* a mailed link asks for a code, too */
	int64_t since; /* seconds */
	int64_t codes; /* recovery codes that are left */
};

MUST_USE err second_get(struct arena *a, struct book *b, int64_t person,
			struct second *out);

/* Makes a secret, in the place of one that was not confirmed. ERR_DENIED: it is on already. */
MUST_USE err second_start(struct arena *a, struct book *b, const struct mac_key *key,
			  int64_t person);

/* The one that was made. ERR_NOTFOUND: none, or it is confirmed: then it is shown no more.
 * ERR_IO: it does not open (account/vault.h). */
MUST_USE err second_secret(struct arena *a, struct book *b, const struct mac_key *key,
			   int64_t person, str *secret);

/* ERR_DENIED: a wrong code. ERR_NOTFOUND: nothing waits for one. */
MUST_USE err second_confirm(struct arena *a, struct book *b, const struct mac_key *key,
			    int64_t person, str typed);

/* New recovery codes; those of before are good no more. As "abcd-efgh-ijkl-mnop". */
MUST_USE err second_codes(struct arena *a, struct book *b, int64_t person,
			  str codes[static SECOND_CODES]);

/* A code of the app, or a recovery code: then *recovery is set. It is used up. ERR_DENIED: a
 * wrong one, or one that was used. Spaces and hyphens do not matter. */
MUST_USE err second_check(struct arena *a, struct book *b, const struct mac_key *key,
			  int64_t person, str typed, bool *recovery);

/* Is it one of the app's, six digits? Those can be guessed. */
bool second_is_short(struct arena *a, str typed);

/* ERR_NOTFOUND: it was not on. */
MUST_USE err second_links(struct book *b, int64_t person, bool yes);
MUST_USE err second_off(struct book *b, int64_t person);
