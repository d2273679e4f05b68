/* web/cache.h: pages that were made, by a key that names everything they depend on:
 * which page it is (path, who may see), and the state of what it shows. A page is
 * kept in one state: where another is asked for, the old one makes room for it.
 *
 *     struct cache_key key = { STR("/lists/dev/17 guest"), STR("4711") };
 *     struct blob *b = cache_get(c, &key);
 *     if (!b)
 *             cache_put(c, &key, b = blob_new(&page, type));
 *     response_blob(q, r, b);
 */
#pragma once

#include "web/blob.h"

struct cache;

struct cache_key {
	str page, state;
};

struct cache *cache_new(size_t octets); /* what all bodies together may take */
void cache_free(struct cache *c);

/* A reference that is the caller's, or NULL. Any thread. */
struct blob *cache_get(struct cache *c, const struct cache_key *key);

/* Keeps b under key, with a reference of its own. What was used longest ago
 * makes room; a body of more than an eighth of the whole is not kept. */
void cache_put(struct cache *c, const struct cache_key *key, struct blob *b);
size_t cache_octets(struct cache *c); /* in use */
