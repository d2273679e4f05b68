/* A provider's answer, read as each of those that there are: only claims that name our
 * issuer, client and nonce pass, and a refusal leaves nothing behind. */
#include "fuzz.h"

#include "account/oidc.h"

static const struct oidc_expected expected = {
	.issuer = STR("https://id.lab.example/r"),
	.client = STR("postern"),
	.nonce = STR("n-0S6_WzA2Mj"),
	.access_token = STR("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
	.claim = STR("email"),
	.now = 1790000010,
};

static void check_metadata(struct arena *a, str text)
{
	struct oidc_metadata m = { 0 };
	if (oidc_metadata_read(a, text, expected.issuer, &m).kind) {
		must(!m.issuer.n);
		return;
	}
	must(str_eq(m.issuer, expected.issuer));
	must(str_istarts(m.authorization_endpoint, STR("https://"))
	     && str_istarts(m.token_endpoint, STR("https://"))
	     && str_istarts(m.jwks_uri, STR("https://")));
	struct oidc_flow f = { .client = expected.client };
	str url = oidc_authorization_url(a, &m, &f);
	must(str_starts(url, m.authorization_endpoint) && !str_has(url, ' ')
	     && !str_has(url, '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str text = { (const char *)data, n };
	struct oidc_tokens t = { 0 };
	struct oidc_who who = { 0 }, same = { .subject = STR("248289761001") };
	ARENA(a);
	check_metadata(a, text);
	must(!oidc_tokens_read(a, text, &t).kind == (t.id_token.n > 0));
	err e = oidc_id_token_check(a, text, &expected, &who);
	must(!e.kind || e.kind == ERR_SYNTAX || e.kind == ERR_DENIED);
	must(!e.kind == (who.subject.n > 0));
	if (!e.kind)
		must(str_find(text, STR("iss")).n && str_find(text, STR("aud")).n
		     && (!who.proven || who.address.n));
	e = oidc_userinfo_read(a, text, expected.claim, &same);
	must(!e.kind || (!same.address.n && !same.proven && !same.name.n));
	return 0;
}
