/* account/password.h: passwords, as argon2id strings (RFC 9106; 19 MiB, two
 * passes). One is computed at a time, whoever asks: a flood of sign-ins
 * costs 19 MiB once; at most PASSWORD_WAITING wait, so that the threads that make pages
 * go on making them, and the others are sent away.
 *
 *     TRY(password_hash(a, STR("correct horse"), &kept));
 *     TRY(password_check(kept, typed));
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { PASSWORD_WAITING = 8, PASSWORD_MIN = 8, PASSWORD_MAX = 1024 };

/* "$argon2id$v=19$m=19456,t=2,p=1$...", some 20 ms of work.
 * ERR_SYNTAX: shorter than PASSWORD_MIN or longer than PASSWORD_MAX octets; the text
 * is for the person. ERR_LIMIT: too many are being computed; try again. */
MUST_USE err password_hash(struct arena *a, str password, str *kept);

/* kept: also what another program wrote (account/foreign.h).
 * OK: it is the password. ERR_DENIED: it is not; also where kept is "", which takes as
 * long, so that the time does not tell who has one. ERR_LIMIT: as above. */
MUST_USE err password_check(str kept, str password);
