/* roles/smtpd_uses.h: which tokens sign in, kept until it is written down for their
 * owners; each about once an hour. Thread-safe.
 *
 *     token_uses_note(d->uses, token, clock_now());
 *     TRY(token_uses_flush(d->uses, data));          the writing thread
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct token_uses;

struct token_uses *token_uses_new(void);
void token_uses_free(struct token_uses *u);
void token_uses_note(struct token_uses *u, int64_t token, int64_t now);

/* What cannot be written now is written later. ERR_TEMP, ERR_IO. */
MUST_USE err token_uses_flush(struct token_uses *u, str data);
