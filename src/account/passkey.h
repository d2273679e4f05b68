/* account/passkey.h: keys that people sign in with in place of a password: challenges, and the
 * passkeys that are kept.
 *
 *     challenge = passkey_challenge(a, &key, STR("sign-in 192.0.2.0"));   // into the page
 *     TRY(passkey_sign(a, book, &site, &key, STR("sign-in 192.0.2.0"), &answer, &signed));
 *
 * A challenge is random, bears its end and our MAC over both and over what it is for; that it
 * was used is kept until its end. So a page that shows one writes nothing. */
#pragma once

#include "account/webauthn.h"
#include "base/mac.h"

struct book;

enum {
	PASSKEY_CHALLENGE = 600, /* seconds that one is good for */
	PASSKEY_MOST = 20,       /* of a person */
	PASSKEY_NAME = 100,      /* octets */
	PASSKEY_HANDLE = 32,
};

/* `of`: for what, and for whose session or network. A text, whose octets are the challenge. */
str passkey_challenge(struct arena *a, const struct mac_key *key, str of);

/* What authenticators call a person: tells nobody who it is. */
str passkey_handle(struct arena *a, const struct mac_key *key, int64_t person);

struct passkey_answer { /* as the browser sent it, base64url */
	str id;         /* of the credential */
	str client;     /* clientDataJSON */
	str data;       /* attestation object, or authenticator data */
	str signature;  /* of an assertion */
	str user;       /* what it calls the person; may be empty */
};

/* Keeps a new one. ERR_DENIED, ERR_SYNTAX, ERR_LIMIT: the text is for the person. */
MUST_USE err passkey_add_new(struct arena *a, struct book *b,
			     const struct webauthn_site *site, const struct mac_key *key,
			     str of, int64_t person, str name,
			     const struct passkey_answer *answer);

struct passkey_signed {
	int64_t person;
	bool verified; /* it has seen who uses it: as good as password and code */
	bool back; /* ERR_DENIED, since its counter went back: it may have been copied */
	int64_t id;
	str name;
};

/* Whose it is. person: who it must be, or 0. The challenge is used up, even where the rest is
 * wrong. ERR_DENIED, ERR_SYNTAX, ERR_LIMIT: it signs nobody in. */
MUST_USE err passkey_sign(struct arena *a, struct book *b,
			  const struct webauthn_site *site, const struct mac_key *key,
			  str of, int64_t person, const struct passkey_answer *answer,
			  struct passkey_signed *out);
