/* web/cache.h: pages that were made, by a key that names everything they depend
 * on (path, list's state, who may see). Nothing is ever taken back: what has
 * changed has another key, and the old entry falls out at the end.
 *
 *     struct blob *b = cache_get(c, key);
 *     if (!b)
 *             cache_put(c, key, b = blob_new(&page, type));
 *     response_blob(q, r, b);
 */
#pragma once

#include "web/blob.h"

struct cache;

struct cache *cache_new(size_t octets); /* what all bodies together may take */
void cache_free(struct cache *c);

/* A reference that is the caller's, or NULL. Any thread. */
struct blob *cache_get(struct cache *c, str key);

/* Keeps b under key, with a reference of its own. What was used longest ago
 * makes room; a body of more than an eighth of the whole is not kept. */
void cache_put(struct cache *c, str key, struct blob *b);
size_t cache_octets(struct cache *c); /* in use */
