/* web/pages/oidc.h: what the pages of others show of providers of [oidc]. */
#pragma once

#include "web/pages/forms.h"
#include "web/provider.h"

/* Where signing in there begins. */
str oidc_path(struct arena *a, const struct conf_oidc *p);

/* The buttons on /login. */
void oidc_add_buttons(struct request *q, struct page_login *p);

/* By which accounts elsewhere the person signs in, and by which they might. */
MUST_USE err oidc_add_identities(struct request *q, struct page_account *p);

/* By which they may show on /account/prove that it is they. */
MUST_USE err oidc_add_proofs(struct request *q, struct page_prove *p);
