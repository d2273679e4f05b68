/* roles/smtpd_uses.h: which tokens sign in, kept until it is written down for their
 * owners; each about once an hour. Thread-safe.
 *
 *     token_uses_note(d->uses, token, clock_now());
 *     TRY(token_uses_write(d->uses, inbound));         one thread at a time
 */
#pragma once

#include "base/err.h"
#include <stdint.h>

struct book;
struct token_uses;

struct token_uses *token_uses_new(void);
void token_uses_free(struct token_uses *u); /* NULL: nothing */
void token_uses_note(struct token_uses *u, int64_t token, int64_t now);

/* What cannot be written now is written later. ERR_TEMP, ERR_IO. */
MUST_USE err token_uses_write(struct token_uses *u, struct book *inbound);
