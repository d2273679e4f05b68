/* base/map.h: bytes to a pointer, by hash. Keys are copied into the map; the
 * values are the caller's. Hashes are keyed, so that a peer who chooses the
 * keys cannot choose collisions.
 *
 *     struct map m = { 0 };
 *     map_set(&m, STR("dev@lists.example"), list);
 *     struct list *l = map_get(&m, addr);
 *     map_free(&m);
 */
#pragma once

#include "base/str.h"

struct map {
	struct map_slot *slots;
	size_t used, size; /* size: a power of two, or 0 */
};

struct map_slot {
	str key;
	void *value;
	uint64_t hash;
};

void *map_get(const struct map *m, str key);       /* NULL when absent */
void map_set(struct map *m, str key, void *value); /* value is not NULL */
uint64_t map_hash(str key);   /* the same as long as this process lives */
void map_free(struct map *m); /* the keys and the table; not the values */

/* for (struct map_slot *s = NULL; (s = map_next(m, s));) visits all, in no order. */
struct map_slot *map_next(const struct map *m, struct map_slot *after);
