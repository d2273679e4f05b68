/* web/provider.h: asking the providers of [oidc], by the role fetch: their configuration and
 * keys, which are kept for a while, and who it is that came back with a code.
 *
 *     const struct conf_oidc *p = provider_find(web, STR("lab"));
 *     TRY(provider_metadata(q, p, &m));
 *     ... the browser goes to oidc_authorization_url and comes back ...
 *     TRY(provider_redeem(q, p, &flow, code, &who));
 */
#pragma once

#include "account/oidc.h"
#include "web/worker.h"

struct providers;

struct providers *providers_new(const struct conf *conf);

/* NULL: [oidc] has none of that name. */
const struct conf_oidc *provider_find(const struct web *web, str name);

/* What the provider says of itself. ERR_TEMP: it does not answer, or there is no way to it
 * at the moment. ERR_SYNTAX, ERR_DENIED: its answer makes no sense; as of oidc.h. */
MUST_USE err provider_metadata(struct request *q, const struct conf_oidc *p,
			       struct oidc_metadata *m);

/* Whom the code is about: asks for the ID token, verifies it, and asks UserInfo where the
 * token names no verified address. Errors as above, or of jwt.h and oidc.h. */
MUST_USE err provider_redeem(struct request *q, const struct conf_oidc *p,
			     const struct oidc_flow *f, str code, struct oidc_who *who);
