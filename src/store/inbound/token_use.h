/* store/inbound/token_use.h: with which tokens somebody signed in to send mail. smtpd
 * reads the lists book alone, so it writes them beside the inbound book, from where post
 * takes them: lists/token_carry.h. A small file, rewritten as a whole: of two times the later
 * stands, so that what a crash has taken twice does no harm.
 *
 *     TRY(token_uses_write(a, data, x, count));        smtpd, every few seconds
 *
 *     TRY(token_uses_take(a, data, &x, &count));       post
 *     ...
 *     token_uses_taken(a, data);
 */
#pragma once

#include "store/store.h"

struct token_use {
	int64_t token, at; /* at: seconds */
};

/* With those that nobody has taken yet. ERR_TEMP, ERR_IO: try again. */
MUST_USE err token_uses_write(struct arena *a, str data, const struct token_use *x,
			      size_t count);

/* *count 0: none. They come again until token_uses_taken. */
MUST_USE err token_uses_take(struct arena *a, str data, struct token_use **x,
			     size_t *count);
void token_uses_taken(struct arena *a, str data);
