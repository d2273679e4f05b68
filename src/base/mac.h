/* base/mac.h: a keyed tag over bytes, so that an address or a link that comes
 * back is known to be one that we wrote (BLAKE2b, keyed; libsodium). */
#pragma once

#include "base/arena.h"

enum { MAC_KEY = 32 };

struct mac_key {
	unsigned char bytes[MAC_KEY];
};

/* The tag of purpose and text: 10 bytes (80 bits) as 16 base32 characters.
 * purpose keeps tags of one use from serving another ("bounce", "leave"). */
str mac_tag(struct arena *a, const struct mac_key *key, str purpose, str text);

/* Compares in constant time. */
bool mac_check(struct arena *a, const struct mac_key *key, str purpose, str text,
	       str tag);
bool mac_equal(str a, str b);
