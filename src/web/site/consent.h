/* web/site/consent.h: licences that are accepted before a folder is read (`licence` in its
 * .access): once for each text, by a person for good, by others for this browser, by a cookie
 * that only bears the number of what they said.
 *
 *     TRY(consent_find(q, &rules, &x));         // x.id: they have accepted it
 *     consent_keep(q, r, &x);                   // the cookie, for who is not signed in */
#pragma once

#include "store/lists/consent.h"
#include "web/request.h"
#include "web/site/rules.h"

/* x->id is 0 where who asks has not accepted the licence that holds there. Fails where the
 * book cannot be read. */
MUST_USE err consent_find(struct request *q, const struct rules *r,
			  struct consent_row *x);
void consent_keep(struct request *q, struct response *r, const struct consent_row *x);

/* For struct site: enum may. Sets q->consent. */
int file_consent(struct request *q, const struct rules *r);
