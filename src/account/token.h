/* account/token.h: application tokens: what a mail program or a script signs
 * in with. Random, shown once, kept as a hash and as SCRAM keys.
 *
 *     struct account_token t;
 *     account_token_make(a, salt, &t);      // t.shown: "q3x7..."
 *     TRY(account_token_new(a, book, person, STR("my laptop"), &shown));
 *     TRY(account_token_check(a, book, STR("anna@uni.example"), shown, &person, &token));
 */
#pragma once

#include "account/scope.h"
#include "account/scram.h"

struct book;

enum { ACCOUNT_TOKEN_BYTES = 20 };

struct account_token {
	str shown; /* 32 characters that a person may type */
	struct scram_keys keys;
};

/* A fresh one; pure but for the random bytes. */
void account_token_make(struct arena *a, str salt, struct account_token *t);

/* A token as it was typed or pasted, without white space and in lower case. */
str account_token_clean(struct arena *a, str typed);

/* Makes one for a person and keeps it. ERR_NOTFOUND: no such person. */
MUST_USE err account_token_new(struct arena *a, struct book *b, int64_t person, str name,
			       str *shown);

/* The same for less than everything, and at most rate requests a minute (0: any number). */
MUST_USE err account_token_new_limited(struct arena *a, struct book *b, int64_t person,
				       str name, const struct scopes *scopes,
				       int64_t rate, str *shown);

struct account_pass { /* what a token opens */
	int64_t person, token;
	int64_t rate; /* requests a minute; 0: any number */
	struct scopes scopes;
};

/* Whose token is it, and what is it good for? Notes about once an hour that it was used.
 * user and errors: as below. */
MUST_USE err account_token_find(struct arena *a, struct book *b, str user, str typed,
				struct account_pass *pass);

/* The same where it must be good for everything, as at the doors for mail, which may
 * not write: who asks carries the use of *token on. user: any verified address of the person, or
 * empty (Bearer). ERR_DENIED: nobody's, or not that user's. */
MUST_USE err account_token_check(struct arena *a, struct book *b, str user, str typed,
				 int64_t *person, int64_t *token);

/* The SCRAM keys of user's tokens. Always OK for a name that nobody has: a salt that
 * key makes from it and no keys, so that an answer does not tell who exists. */
struct mac_key;
MUST_USE err account_scram(struct arena *a, struct book *b, const struct mac_key *key,
			   str user, struct scram_user *out);
