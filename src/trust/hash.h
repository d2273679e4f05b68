/* trust/hash.h: SHA-256, the one digest that DKIM and ARC still allow (RFC
 * 8301 section 3.1).
 *
 *     struct hash *h = hash_open();
 *     hash_add(h, STR("abc"));
 *     hash_close(h, sum);
 */
#pragma once

#include "base/str.h"

enum { HASH_SIZE = 32 };

struct hash;

struct hash *hash_open(void) __attribute__((returns_nonnull));
void hash_add(struct hash *h, str bytes);
void hash_close(struct hash *h, unsigned char sum[static HASH_SIZE]); /* and frees it */

void hash_once(str bytes, unsigned char sum[static HASH_SIZE]); /* of all, at once */

static inline str hash_str(const unsigned char sum[static HASH_SIZE])
{
	return (str){ (const char *)sum, HASH_SIZE };
}
