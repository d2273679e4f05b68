/* web/pages/code.h: the second step of signing in, for who has chosen codes of an app
 * (account/second.h).
 *
 *     browser_enter(q, r, person, ENTERED_BY_PASSWORD, to);  // signed in, or asked for a code
 */
#pragma once

#include "web/pages/entry.h"

enum entered {
	ENTERED_BY_PASSWORD,
	ENTERED_BY_LINK,
	ENTERED_BY_PROVIDER, /* who says so elsewhere; as a link, but no proof (account.h) */
	ENTERED_BY_PROVIDER_ANEW, /* and that they signed in there just now */
	ENTERED_BY_PASSKEY,       /* that has not seen who uses it */
};

/* Who has shown so much that they are this person: signs the browser in and leads on, or asks
 * for the code first. The answer is made. */
void browser_enter(struct request *q, struct response *r, int64_t person,
		   enum entered how, str to);

/* POST /login, by=code. */
void code_post(struct request *q, struct response *r);

/* A code that was typed, used up where it is right. ERR_DENIED: it is wrong, or was used;
 * ERR_LIMIT: too many were wrong. Both texts are for the person. */
MUST_USE err code_check(struct request *q, int64_t person, str typed);
