#include "base/rand.h"

#include "base/enc.h"
#include "base/mem.h"

#include <sys/random.h>

void rand_bytes(void *to, size_t n)
{
	char *at = to;
	while (n) {
		ssize_t got = getrandom(at, n, 0);
		if (got <= 0)
			continue; /* EINTR: the pool itself never fails once seeded */
		at += got;
		n -= (size_t)got;
	}
}

str rand_token(struct arena *a, size_t bytes)
{
	char *raw = arena_alloc(a, bytes);
	rand_bytes(raw, bytes);
	return enc_base32(a, (str){ raw, bytes });
}
