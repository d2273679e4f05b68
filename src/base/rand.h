/* base/rand.h: bytes nobody can guess, from the kernel. */
#pragma once

#include "base/arena.h"

void rand_bytes(void *to, size_t n);

/* A token for a link or an address: n random bytes in lower-case base32 (RFC
 * 4648 without padding), so that it survives a mailer that folds case.
 * 20 bytes give 32 characters. */
str rand_token(struct arena *a, size_t bytes);
