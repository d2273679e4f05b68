/* account/scram.h: SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side: pure
 * functions over bytes. A person has several tokens and one salt; a proof is
 * tried against each token, so that the client need not say which it uses.
 *
 *     TRY(scram_first(a, message, &x));             // x.user is known now
 *     ... look the user up, fill in user ...
 *     str challenge = scram_challenge(a, &x, &user, rand_token(a, 15));
 *     TRY(scram_final(a, &x, answer, &server_final, &which));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { SCRAM_KEY = 32, SCRAM_SALT = 16, SCRAM_ROUNDS = 4096 };

struct scram_keys { /* what is kept instead of the password (RFC 5802 section 3) */
	unsigned char stored[SCRAM_KEY];
	unsigned char server[SCRAM_KEY];
	int64_t token; /* of which token, where that is known */
};

struct scram_user {
	str salt;
	unsigned rounds;               /* 0: SCRAM_ROUNDS */
	const struct scram_keys *keys; /* of each token */
	size_t count;                  /* 0: nobody of that name */
	int64_t account;               /* whose they are */
};

struct scram { /* one exchange; its texts live in the arena given */
	str user;
	const struct scram_user *who;
	str gs2, client_first, server_first, nonce;
};

/* Takes some 2 ms: once for each new token. */
void scram_derive(str password, str salt, unsigned rounds, struct scram_keys *keys);

/* ERR_SYNTAX: no client-first-message. ERR_DENIED: it wants channel binding, which is
 * not offered, or to act as somebody else. */
MUST_USE err scram_first(struct arena *a, str message, struct scram *x);

/* The server-first-message. nonce: ours, fresh, printable, without comma. */
str scram_challenge(struct arena *a, struct scram *x, const struct scram_user *who,
		    str nonce);

/* The server-final-message and which of the keys it was.
 * ERR_SYNTAX: no client-final-message. ERR_DENIED: a wrong proof or nonce. */
MUST_USE err scram_final(struct arena *a, struct scram *x, str message, str *reply,
			 size_t *which);
