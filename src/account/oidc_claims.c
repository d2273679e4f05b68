/* What an ID token and the UserInfo endpoint say of somebody. */
#include "account/oidc.h"

#include "base/enc.h"
#include "base/mem.h"

#include <jansson.h>
#include <openssl/evp.h>

enum { ADDRESS_MAX = 320, NAME_MAX_OCTETS = 200 };

static str text_of(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) }
				 : STR_NONE;
}

/* ---- for whom and when */

static err check_audience(const json_t *o, str client)
{
	const json_t *aud = json_object_get(o, "aud"), *one;
	size_t i, count = json_is_string(aud) ? 1 : json_array_size(aud);
	bool ours = str_eq(text_of(o, "aud"), client);
	str azp = text_of(o, "azp");
	json_array_foreach(aud, i, one)
		ours = ours
		       || (json_is_string(one)
			   && str_eq(str_from(json_string_value(one)), client));
	if (!ours)
		return FAIL(ERR_DENIED, "the ID token is for another client (aud)");
	if (json_object_get(o, "azp") ? !str_eq(azp, client) : count > 1)
		return FAIL(ERR_DENIED,
			    "the ID token was made out to another client (azp)");
	return OK;
}

/* RFC 7519 section 2: a number, of which some are written with a fraction. */
static bool time_of(const json_t *o, const char *name, double *at)
{
	const json_t *v = json_object_get(o, name);
	*at = json_number_value(v);
	return json_is_number(v);
}

static err check_times(const json_t *o, int64_t now)
{
	double exp, iat, nbf, here = (double)now;
	if (!time_of(o, "exp", &exp) || !time_of(o, "iat", &iat))
		return FAIL(ERR_SYNTAX, "the ID token does not say when it was made and "
					"when it ends");
	if (here >= exp + OIDC_SKEW)
		return FAIL(ERR_DENIED, "the ID token has expired (exp); are both clocks "
					"right?");
	if (iat > here + OIDC_SKEW || iat < here - OIDC_FLOW - OIDC_SKEW)
		return FAIL(ERR_DENIED, "the ID token was not made just now (iat); are "
					"both clocks right?");
	if (time_of(o, "nbf", &nbf) && nbf > here + OIDC_SKEW)
		return FAIL(ERR_DENIED, "the ID token does not hold yet (nbf)");
	return OK;
}

/* None that is not of this world: nothing is counted with it then. */
static int64_t auth_time(const json_t *o, int64_t now)
{
	double at;
	return time_of(o, "auth_time", &at) && at > 0 && at <= (double)(now + OIDC_SKEW)
		       ? (int64_t)at
		       : 0;
}

bool oidc_is_anew(const struct oidc_who *who, int64_t begun, int64_t now)
{
	return who->signed_in_at && who->signed_in_at >= begun - OIDC_SKEW
	       && who->signed_in_at <= now + OIDC_SKEW && begun <= now + OIDC_SKEW;
}

/* Section 3.1.3.6: the left half of the access token's hash. */
static err check_access_token(struct arena *a, const json_t *o,
			      const struct oidc_expected *x)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	const char *digest = x->alg == JWK_EDDSA ? "SHA512" : "SHA256";
	str said = text_of(o, "at_hash");
	if (!json_object_get(o, "at_hash"))
		return OK;
	EVP_MD *md = EVP_MD_fetch(NULL, digest, NULL);
	if (!md
	    || !EVP_Digest(x->access_token.n ? x->access_token.p : "", x->access_token.n,
			   sum, &n, md, NULL))
		mem_exhausted();
	EVP_MD_free(md);
	str half = enc_base64url(a, (str){ (const char *)sum, n / 2 });
	return str_eq(half, said)
		       ? OK
		       : FAIL(ERR_DENIED, "the ID token is about another access "
					  "token (at_hash)");
}

/* ---- who it is */

/* Providers write true, and some "true". */
static bool is_yes(const json_t *v)
{
	return json_is_true(v)
	       || (json_is_string(v) && !strcmp(json_string_value(v), "true"));
}

static void read_who(struct arena *a, const json_t *o, str claim, struct oidc_who *who)
{
	str address = text_of(o, arena_z(a, claim)), name = text_of(o, "name");
	if (!who->address.n && address.n <= ADDRESS_MAX)
		who->address = arena_copy(a, address);
	if (address.n && str_eq(who->address, address) && str_eq(claim, STR("email")))
		who->proven = who->proven || is_yes(json_object_get(o, "email_verified"));
	if (!who->name.n && name.n <= NAME_MAX_OCTETS)
		who->name = arena_copy(a, name);
}

static err check(struct arena *a, const json_t *o, const struct oidc_expected *x,
		 struct oidc_who *who)
{
	struct oidc_who found = { .subject = arena_copy(a, text_of(o, "sub")) };
	if (!json_is_object(o))
		return FAIL(ERR_SYNTAX, "the ID token holds no JSON object");
	if (!str_eq(text_of(o, "iss"), x->issuer))
		return FAIL(ERR_DENIED, "the ID token is another issuer's (iss)");
	if (!found.subject.n || found.subject.n > OIDC_SUBJECT_MAX)
		return FAIL(ERR_SYNTAX, "the ID token does not say whose it is (sub)");
	TRY(check_audience(o, x->client));
	TRY(check_times(o, x->now));
	if (!str_eq(text_of(o, "nonce"), x->nonce))
		return FAIL(ERR_DENIED, "the ID token answers another sign-in (nonce)");
	TRY(check_access_token(a, o, x));
	read_who(a, o, x->claim, &found);
	found.signed_in_at = auth_time(o, x->now);
	*who = found;
	return OK;
}

static json_t *load(str text)
{
	return text.n && text.n <= OIDC_TEXT_MAX
		       ? json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL)
		       : NULL;
}

err oidc_id_token_check(struct arena *a, str claims, const struct oidc_expected *x,
			struct oidc_who *who)
{
	json_t *o = load(claims);
	err e = check(a, o, x, who);
	json_decref(o);
	return e;
}

err oidc_userinfo_read(struct arena *a, str text, str claim, struct oidc_who *who)
{
	json_t *o = load(text);
	err e = !json_is_object(o) ? FAIL(ERR_SYNTAX, "UserInfo is no JSON object")
		: !str_eq(text_of(o, "sub"), who->subject)
			? FAIL(ERR_DENIED, "UserInfo is about somebody else (sub)")
			: OK;
	if (!e.kind)
		read_who(a, o, claim, who);
	json_decref(o);
	return e;
}
