/* store/lists/secret.h: secrets are stored as their SHA-256 only. They are random and
 * long, so a fast hash without salt is enough. */
#pragma once

#include "base/arena.h"

enum { SECRET_HASH = 32 };

struct secret {
	char hash[SECRET_HASH];
};

struct secret secret_of(str text);

static inline str secret_str(const struct secret *s) /* a view of it */
{
	return (str){ s->hash, SECRET_HASH };
}
