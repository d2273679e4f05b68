/* store/inbound/token_use.h: with which tokens somebody signed in to send mail. smtpd
 * reads the lists book alone, so it leaves them here, from where post takes them:
 * lists/token_carry.h.
 *
 *     TRY(token_use_add(inbound, &x));                     smtpd, every few seconds
 *
 *     TRY(token_use_all(inbound, a, &x, &count));          post
 *     ... told to the lists book ...
 *     TRY(token_use_done(inbound, &x[i]));
 */
#pragma once

#include "store/store.h"

struct token_use {
	int64_t token, at; /* at: seconds */
};

enum { TOKEN_USE_MOST = 20000 }; /* tokens that may wait for post */

/* Of two times the later stands. Beyond TOKEN_USE_MOST tokens no other is added. */
MUST_USE err token_use_add(struct book *b, const struct token_use *x);

MUST_USE err token_use_all(struct book *b, struct arena *a, struct token_use **x,
			   size_t *count);

/* It goes, unless it was used again since. */
MUST_USE err token_use_done(struct book *b, const struct token_use *x);
