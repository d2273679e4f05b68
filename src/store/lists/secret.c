#include "store/lists/secret.h"

#include <sodium.h>

struct secret secret_of(str text)
{
	struct secret s;
	crypto_hash_sha256((unsigned char *)s.hash,
			   (const unsigned char *)(text.n ? text.p : ""), text.n);
	return s;
}
