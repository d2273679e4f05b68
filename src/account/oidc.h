/* account/oidc.h: OpenID Connect, the relying party's side: what is said to a provider and
 * what its answers mean. Pure functions; who asks the provider is web/provider.h.
 *
 *     TRY(oidc_metadata_read(a, text, issuer, &m));
 *     url = oidc_authorization_url(a, &m, &flow);            // the browser goes there,
 *     TRY(oidc_tokens_read(a, answer, &tokens));             // and comes back with a code
 *     TRY(oidc_id_token_check(a, claims, &expected, &who));  // of jwt_check
 *     if (!who.address.n)
 *             TRY(oidc_userinfo_read(a, text, claim, &who));
 */
#pragma once

#include "account/jwk.h"

enum {
	OIDC_TEXT_MAX = 64 << 10, /* of an answer's JSON */
	OIDC_FLOW = 600,          /* seconds from the button to the way back */
	OIDC_SKEW = 60,           /* by which two clocks may differ */
	OIDC_SUBJECT_MAX = 255,   /* OpenID Connect Core section 2 */
};

struct oidc_metadata { /* OpenID Connect Discovery section 3 */
	str issuer;
	str authorization_endpoint, token_endpoint, jwks_uri;
	str userinfo_endpoint; /* or empty */
	bool secret_in_form;   /* a client's secret goes into the form, not the header */
	bool names_issuer;     /* its answers bear iss (RFC 9207) */
};

/* ERR_SYNTAX: no such document, or an endpoint in it is no https URL. ERR_DENIED: it is
 * another issuer's. */
MUST_USE err oidc_metadata_read(struct arena *a, str text, str issuer,
				struct oidc_metadata *m);

struct oidc_flow { /* one sign-in */
	str client, redirect;
	str state;
	str secret; /* the browser's alone, in a cookie */
	bool anew;  /* who is signed in there is to sign in once more (max_age=0) */
};

/* The nonce and the code verifier (RFC 7636) come from the secret and the state: whoever
 * reads the book, or the URL, knows neither. */
str oidc_nonce(struct arena *a, const struct oidc_flow *f);
str oidc_verifier(struct arena *a, const struct oidc_flow *f);
str oidc_authorization_url(struct arena *a, const struct oidc_metadata *m,
			   const struct oidc_flow *f);

struct oidc_tokens {
	str id_token, access_token;
};

/* ERR_SYNTAX: no such answer. ERR_DENIED: it is an error; the text names it. */
MUST_USE err oidc_tokens_read(struct arena *a, str text, struct oidc_tokens *t);

struct oidc_expected {
	str issuer, client, nonce, access_token;
	str claim; /* that is the address */
	enum jwk_alg alg;
	int64_t now;
};

struct oidc_who {
	str subject;
	str address; /* or empty */
	bool proven; /* email_verified: the provider has seen that it is theirs */
	str name;    /* or empty */
	int64_t signed_in_at; /* auth_time: seconds; 0: the provider does not say */
};

/* Whether they signed in there in a flow that was begun at `begun`, and were not let through as
 * somebody who had signed in before (Core section 3.1.2.1). */
bool oidc_is_anew(const struct oidc_who *who, int64_t begun, int64_t now);

/* OpenID Connect Core section 3.1.3.7. ERR_SYNTAX: no claims of an ID token. ERR_DENIED:
 * it is another issuer's, or for another client, or its time is over or not yet come, or it
 * answers another sign-in (nonce), or comes with another access token (at_hash). */
MUST_USE err oidc_id_token_check(struct arena *a, str claims,
				 const struct oidc_expected *x, struct oidc_who *who);

/* Adds what the UserInfo endpoint says. ERR_SYNTAX: no such answer. ERR_DENIED: it is about
 * somebody else (section 5.3.2). */
MUST_USE err oidc_userinfo_read(struct arena *a, str text, str claim,
				struct oidc_who *who);
