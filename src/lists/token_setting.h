/* lists/token_setting.h: a setting that is a secret. The book and all who read settings
 * have a salted hash of it alone; whoever knows the secret is told from who does not.
 *
 *     TRY(token_setting_check(a, STR("approved_token"), typed, &stored));
 *     if (token_setting_fits(stored, said)) ...
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { TOKEN_SETTING_MIN = 16, TOKEN_SETTING_MAX = 128 };

/* What is stored of a token as it was typed; of what is stored, itself; of nothing,
 * nothing. ERR_SYNTAX: too short to withstand guessing, or not of printable ASCII without
 * spaces. */
MUST_USE err token_setting_check(struct arena *a, str key, str typed, str *stored);

/* In constant time. False where nothing is stored. */
bool token_setting_fits(str stored, str said);
