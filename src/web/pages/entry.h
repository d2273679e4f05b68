/* web/pages/entry.h: a browser's session begins and ends. */
#pragma once

#include "web/pages/forms.h"

/* Signs the browser in under a fresh cookie; the one it may have ends, so that who
 * planted that one has nothing. proven: as account_session_open has it. False: the answer has been
 * made. */
bool browser_sign_in(struct request *q, struct response *r, int64_t person,
		     const char *how, bool proven);
void browser_sign_out(struct request *q, struct response *r);

/* A path of this site: never of another one, as "//evil.example/" would be. */
bool path_is_own(str to);

/* Where to after signing in: "to" where that is a path of ours, else the account. */
void go_on(struct request *q, struct response *r, str to);
