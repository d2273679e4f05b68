/* account/foreign.h: passwords as Apache's htpasswd keeps them, so that who moves in signs in with
 * the password they have; with that sign-in it is kept as argon2id. */
#pragma once

#include "base/str.h"

/* Is it such a hash, and one that is computed in reasonable time? $apr1$, {SHA}, $2y$, $1$,
 * $5$, $6$, $y$, and the 13 characters of crypt(3). */
bool foreign_known(str kept);

bool foreign_fits(str kept, str password);
