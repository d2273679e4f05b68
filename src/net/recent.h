/* net/recent.h: a bounded table from bytes to a value of fixed size. When it
 * is full, the entry that nobody asked for longest makes room. One thread at a
 * time. Hashes are keyed, so that a peer who chooses the keys cannot choose
 * collisions.
 *
 *     struct recent *r = recent_new(1000, sizeof(struct bucket), NULL);
 *     struct bucket *b = recent_get(r, key);
 *     if (!b) b = recent_add(r, key);
 */
#pragma once

#include "base/str.h"

struct recent;

/* gone is told each value that leaves; NULL: nobody. */
struct recent *recent_new(size_t capacity, size_t value_size, void (*gone)(void *value));
void recent_free(struct recent *r); /* NULL is fine */
size_t recent_count(const struct recent *r);

/* The value, from now on the newest; valid until it leaves. NULL when absent. */
void *recent_get(struct recent *r, str key);

/* A new value, all bytes 0, for a key that is absent. The key is copied. */
void *recent_add(struct recent *r, str key);

void recent_remove(struct recent *r, str key);
void recent_remove_oldest(struct recent *r);
