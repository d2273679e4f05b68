#include "base/map.h"

#include "base/mem.h"
#include "base/rand.h"

#include <pthread.h>
#include <stdlib.h>

static uint64_t seed[2];
static pthread_once_t seeded = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
	rand_bytes(seed, sizeof seed);
}

/* A multiply-and-fold hash with two secret words: short keys cost nanoseconds,
 * and who does not know the words cannot build collisions in bulk. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t map_hash(str key)
{
	pthread_once(&seeded, make_seed);
	uint64_t h = seed[0] ^ key.n;
	for (size_t at = 0; at < key.n; at += 8) {
		uint64_t word = 0;
		memcpy(&word, key.p + at, key.n - at < 8 ? key.n - at : 8);
		h = fold(h ^ word, seed[1] | 1);
	}
	return fold(h, seed[1] | 1);
}

static struct map_slot *find(const struct map *m, str key, uint64_t h)
{
	for (size_t i = h & (m->size - 1);; i = (i + 1) & (m->size - 1)) {
		struct map_slot *s = &m->slots[i];
		if (!s->value || (s->hash == h && str_eq(s->key, key)))
			return s;
	}
}

static void grow(struct map *m)
{
	struct map old = *m;
	m->size = old.size ? old.size * 2 : 16;
	m->slots = mem_zero(m->size * sizeof *m->slots);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].value)
			*find(m, old.slots[i].key, old.slots[i].hash) = old.slots[i];
	free(old.slots);
}

void *map_get(const struct map *m, str key)
{
	return m->size ? find(m, key, map_hash(key))->value : NULL;
}

void map_set(struct map *m, str key, void *value)
{
	if (m->used * 4 >= m->size * 3)
		grow(m);
	uint64_t h = map_hash(key);
	struct map_slot *s = find(m, key, h);
	if (!s->value) {
		char *copy = mem_alloc(key.n);
		if (key.n)
			memcpy(copy, key.p, key.n);
		*s = (struct map_slot){ .key = { copy, key.n }, .hash = h };
		m->used++;
	}
	s->value = value;
}

struct map_slot *map_next(const struct map *m, struct map_slot *after)
{
	for (size_t i = after ? (size_t)(after - m->slots) + 1 : 0; i < m->size; i++)
		if (m->slots[i].value)
			return &m->slots[i];
	return NULL;
}

void map_free(struct map *m)
{
	for (size_t i = 0; i < m->size; i++)
		if (m->slots[i].value)
			free((void *)(uintptr_t)m->slots[i].key.p);
	free(m->slots);
	*m = (struct map){ 0 };
}
