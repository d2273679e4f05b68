/* web/pages/known.h: browsers in which somebody has signed in before. Networks of strangers
 * can use up the tries of an account; such a browser has tries of its own, so that they
 * keep nobody out.
 *
 *     known_set(q, r, person);                       // signed in: a cookie for /login alone
 *     if (!throttle_may(t, user, &q->client)
 *         && !(known_is(q, &address, &user) && throttle_may(t, user, &q->client))) ... 429
 *
 * The cookie names the person under our MAC. It lets nobody in: the secret is asked for. */
#pragma once

#include "mail/address.h"
#include "web/pages/forms.h"

void known_set(struct request *q, struct response *r, int64_t person);
void known_clear(struct request *q, struct response *r); /* signed out: it forgets */

/* Whether this browser is known as that of the address's person; *user: the name under
 * which its tries count. Untouched where it is not. */
bool known_is(struct request *q, const struct address *x, str *user);
