/* account/totp.h: codes of six digits that an app makes every 30 seconds (RFC 6238 over RFC
 * 4226, HMAC-SHA-1, as every app knows it). Pure.
 *
 *     if (!totp_match(secret, typed, clock_now(), last_step, &step)) ... wrong
 */
#pragma once

#include "base/arena.h"

enum {
	TOTP_SECRET = 20, /* octets: RFC 4226 section 4, R6 */
	TOTP_STEP = 30,   /* seconds */
	TOTP_DIGITS = 6,
	TOTP_DRIFT =
		1, /* steps that a clock may be off, either way: RFC 6238 section 6 */
};

uint32_t totp_code(str secret, int64_t step);

/* Whether typed, six digits, is the code of a step within TOTP_DRIFT of now that comes after
 * `last` (a code is good once: RFC 6238 section 5.2). *step: which; untouched where none is.
 * Takes the same time for each of them. */
bool totp_match(str secret, str typed, int64_t now, int64_t last, int64_t *step);

/* "JBSW Y3DP …": base32, which people type into an app. */
str totp_text(struct arena *a, str secret);

/* otpauth://totp/SITE:PERSON?secret=…&issuer=SITE, which apps read from a picture. */
str totp_uri(struct arena *a, str site, str person, str secret);
