/* account/webauthn.h: what a browser and an authenticator say of a passkey (Web Authentication
 * level 2, sections 7.1 and 7.2): pure checks over octets. Who the passkey is, and that its
 * challenge was ours, is account/passkey.h's.
 *
 *     TRY(webauthn_client(a, &site, WEBAUTHN_GET, client, &challenge));
 *     TRY(webauthn_assert(a, &site, client, data, signature, public_key, &said));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct webauthn_site {
	str origin; /* "https://www.uni.example", of [site] url */
	str id;     /* "www.uni.example": what passkeys are bound to */
};

enum webauthn_type { WEBAUTHN_CREATE, WEBAUTHN_GET };

enum {
	WEBAUTHN_CLIENT_MAX = 4096, /* octets of clientDataJSON */
	WEBAUTHN_DATA_MAX = 16384,  /* of an attestation object, or authenticator data */
	WEBAUTHN_CREDENTIAL_MAX = 1023, /* of a credential's id */
};

struct webauthn_said {
	str credential, public_key; /* of a new one: views */
	int64_t counter;            /* how often it has signed; 0: it does not count */
	bool verified;              /* it has seen who uses it: PIN, finger, face */
};

/* clientDataJSON: for what it was made, where, and over which challenge, decoded. ERR_SYNTAX:
 * it cannot be read. ERR_DENIED: for something else, or on a page of another site. */
MUST_USE err webauthn_client(struct arena *a, const struct webauthn_site *site,
			     enum webauthn_type type, str client, str *challenge);

/* An attestation object, of the format none, or packed where the new key itself has signed: who
 * made the authenticator is not asked. ERR_SYNTAX, ERR_LIMIT: it cannot be read.
 * ERR_DENIED: for another site, nobody touched it, or a wrong signature. */
MUST_USE err webauthn_attest(struct arena *a, const struct webauthn_site *site,
			     str client, str object, struct webauthn_said *said);

/* An assertion by a key that is kept. Errors as above; the counter is the caller's to
 * compare. */
MUST_USE err webauthn_assert(struct arena *a, const struct webauthn_site *site,
			     str client, str data, str signature, str public_key,
			     struct webauthn_said *said);
