/* web/pages/passkeys.h: what pages that ask for a passkey share: challenges, and the answer.
 *
 *     struct passkey_ask ask = passkey_ask(q, "sign-in");
 *     if (!page_failed(q, r, passkey_signs(q, "sign-in", 0, &signed))) ...
 */
#pragma once

#include "account/passkey.h"
#include "web/pages/code.h"

struct passkey_ask {
	str challenge, site;
};

/* A fresh challenge, for this session or, of a guest, this network. */
struct passkey_ask passkey_ask(struct request *q, const char *of);

/* The ids of a person's passkeys, base64url, apart by spaces; "" where there are none. */
MUST_USE err passkey_ids(struct request *q, int64_t person, str *ids);

/* Whom the form's passkey signs in; person: who it must be, or 0. ERR_DENIED, ERR_SYNTAX,
 * ERR_LIMIT: nobody; it was logged and counted, and the text is for the person. */
MUST_USE err passkey_signs(struct request *q, const char *of, int64_t person,
			   struct passkey_signed *out);

/* POST /login, by=passkey. NULL: the answer is made; else what was wrong. */
const char *passkey_login(struct request *q, struct response *r);
