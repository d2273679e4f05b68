#include "account/oidc.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/url.h"
#include "trust/hash.h"

#include <jansson.h>

enum { ENDPOINT_MAX = 1024, ERROR_MAX = 200 };

static str member(struct arena *a, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	return json_is_string(v) ? arena_copy(
		       a, (str){ json_string_value(v), json_string_length(v) })
				 : STR_NONE;
}

static err read_object(str text, json_t **o)
{
	*o = text.n && text.n <= OIDC_TEXT_MAX
		     ? json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL)
		     : NULL;
	if (json_is_object(*o))
		return OK;
	json_decref(*o);
	*o = NULL;
	return FAIL(ERR_SYNTAX, "the provider's answer is no JSON object");
}

/* ---- what the provider says of itself */

static err read_endpoint(struct arena *a, const json_t *o, const char *name, str *url)
{
	struct url u;
	*url = member(a, o, name);
	return url->n <= ENDPOINT_MAX && !url_read(*url, &u).kind && u.tls
		       ? OK
		       : err_in(a, ERR_SYNTAX,
				"%s in the provider's configuration is no https URL",
				name);
}

static bool lists(const json_t *array, const char *word)
{
	size_t i;
	const json_t *v;
	json_array_foreach(array, i,
			   v) if (json_is_string(v)
				  && !strcmp(json_string_value(v), word)) return true;
	return false;
}

static err read_metadata(struct arena *a, const json_t *o, str issuer,
			 struct oidc_metadata *m)
{
	const json_t *ways = json_object_get(o, "token_endpoint_auth_methods_supported");
	struct oidc_metadata x = {
		.issuer = member(a, o, "issuer"),
		.secret_in_form = ways && !lists(ways, "client_secret_basic")
				  && lists(ways, "client_secret_post"),
		.names_issuer = json_is_true(json_object_get(
			o, "authorization_response_iss_parameter_supported")),
	};
	/* Discovery section 4.3: exactly, or any site could speak for any other. */
	if (!str_eq(x.issuer, issuer))
		return FAIL(ERR_DENIED,
			    "the provider's configuration names another issuer");
	TRY(read_endpoint(a, o, "authorization_endpoint", &x.authorization_endpoint));
	TRY(read_endpoint(a, o, "token_endpoint", &x.token_endpoint));
	TRY(read_endpoint(a, o, "jwks_uri", &x.jwks_uri));
	if (json_object_get(o, "userinfo_endpoint"))
		TRY(read_endpoint(a, o, "userinfo_endpoint", &x.userinfo_endpoint));
	*m = x;
	return OK;
}

err oidc_metadata_read(struct arena *a, str text, str issuer, struct oidc_metadata *m)
{
	json_t *o;
	TRY(read_object(text, &o));
	err e = read_metadata(a, o, issuer, m);
	json_decref(o);
	return e;
}

/* ---- what is asked */

static str derive(struct arena *a, const struct oidc_flow *f, str purpose)
{
	unsigned char sum[HASH_SIZE];
	hash_once(arena_cat(a, purpose, STR("\n"), f->state, STR("\n"), f->secret), sum);
	return enc_base64url(a, hash_str(sum));
}

str oidc_nonce(struct arena *a, const struct oidc_flow *f)
{
	return derive(a, f, STR("nonce"));
}

str oidc_verifier(struct arena *a, const struct oidc_flow *f)
{
	return derive(a, f, STR("verifier"));
}

str oidc_authorization_url(struct arena *a, const struct oidc_metadata *m,
			   const struct oidc_flow *f)
{
	unsigned char sum[HASH_SIZE];
	hash_once(oidc_verifier(a, f), sum);
	const struct {
		const char *name;
		str value;
	} all[] = {
		{ "response_type", STR("code") },
		{ "client_id", f->client },
		{ "redirect_uri", f->redirect },
		{ "scope", STR("openid email profile") },
		{ "state", f->state },
		{ "nonce", oidc_nonce(a, f) },
		{ "code_challenge", enc_base64url(a, hash_str(sum)) },
		{ "code_challenge_method", STR("S256") },
	};
	str url = m->authorization_endpoint;
	char before = str_has(url, '?') ? '&' : '?';
	for (size_t i = 0; i < sizeof all / sizeof *all; i++, before = '&')
		url = arena_cat(a, url, ((str){ &before, 1 }), str_from(all[i].name),
				STR("="), enc_percent(a, all[i].value));
	return f->anew ? arena_cat(a, url, STR("&max_age=0")) : url;
}

/* ---- the token endpoint's answer */

/* RFC 6749 section 5.2 allows few characters in an error's code. */
static str plain(struct arena *a, str s)
{
	char *out = arena_z(a, str_first(s, ERROR_MAX));
	for (char *p = out; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return str_from(out);
}

static err read_tokens(struct arena *a, const json_t *o, struct oidc_tokens *t)
{
	str error = member(a, o, "error");
	struct oidc_tokens x = { member(a, o, "id_token"), member(a, o, "access_token") };
	if (error.n)
		return err_in(a, ERR_DENIED, "the provider refuses the code: %.*s",
			      STR_F(plain(a, error)));
	if (!x.id_token.n)
		return FAIL(ERR_SYNTAX, "the provider's answer holds no ID token");
	*t = x;
	return OK;
}

err oidc_tokens_read(struct arena *a, str text, struct oidc_tokens *t)
{
	json_t *o;
	TRY(read_object(text, &o));
	err e = read_tokens(a, o, t);
	json_decref(o);
	return e;
}
