#include "net/recent.h"

#include "base/mem.h"
#include "base/rand.h"

#include <sodium/crypto_shorthash.h>
#include <stdlib.h>

enum { FIRST_SIZE = 64, ALIGN = 16 };

struct slot {
	struct slot *next;          /* of the same chain */
	struct slot *newer, *older; /* of all */
	uint64_t hash;
	size_t key_n;
	_Alignas(ALIGN) char value[]; /* and the key behind it */
};

struct recent {
	struct slot **chains;
	size_t size, used, capacity; /* size: a power of two */
	size_t value_size;
	void (*gone)(void *value);
	struct slot *newest, *oldest;
	unsigned char secret[crypto_shorthash_KEYBYTES];
};

struct recent *recent_new(size_t capacity, size_t value_size, void (*gone)(void *value))
{
	struct recent *r = mem_zero(sizeof *r);
	r->capacity = capacity ? capacity : 1;
	r->value_size = (value_size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	r->gone = gone;
	r->size = FIRST_SIZE;
	r->chains = mem_zero(r->size * sizeof(struct slot *));
	rand_bytes(r->secret, sizeof r->secret);
	return r;
}

size_t recent_count(const struct recent *r)
{
	return r->used;
}

static uint64_t hash(const struct recent *r, str key)
{
	uint64_t h;
	crypto_shorthash((unsigned char *)&h, (const unsigned char *)(key.n ? key.p : ""),
			 key.n, r->secret);
	return h;
}

static str key_of(const struct recent *r, const struct slot *s)
{
	return (str){ s->value + r->value_size, s->key_n };
}

/* The link that leads to the key's slot, or the chain's end. */
static struct slot **find(struct recent *r, str key, uint64_t h)
{
	struct slot **at = &r->chains[h & (r->size - 1)];
	while (*at && !((*at)->hash == h && str_eq(key_of(r, *at), key)))
		at = &(*at)->next;
	return at;
}

static void unlink_age(struct recent *r, struct slot *s)
{
	*(s->newer ? &s->newer->older : &r->newest) = s->older;
	*(s->older ? &s->older->newer : &r->oldest) = s->newer;
}

static void make_newest(struct recent *r, struct slot *s)
{
	s->newer = NULL;
	s->older = r->newest;
	*(r->newest ? &r->newest->newer : &r->oldest) = s;
	r->newest = s;
}

static void grow(struct recent *r)
{
	size_t size = r->size * 2;
	struct slot **chains = mem_zero(size * sizeof(struct slot *));
	for (struct slot *s = r->newest; s; s = s->older) {
		struct slot **chain = &chains[s->hash & (size - 1)];
		s->next = *chain;
		*chain = s;
	}
	free(r->chains);
	r->chains = chains;
	r->size = size;
}

static void cut(struct recent *r, struct slot **at)
{
	struct slot *s = *at;
	*at = s->next;
	unlink_age(r, s);
	r->used--;
	if (r->gone)
		r->gone(s->value);
	free(s);
}

void *recent_get(struct recent *r, str key)
{
	struct slot *s = *find(r, key, hash(r, key));
	if (!s)
		return NULL;
	if (s != r->newest) {
		unlink_age(r, s);
		make_newest(r, s);
	}
	return s->value;
}

void *recent_add(struct recent *r, str key)
{
	if (r->used >= r->capacity)
		recent_remove_oldest(r);
	if (r->used >= r->size)
		grow(r);
	struct slot *s = mem_zero(sizeof *s + r->value_size + key.n);
	s->hash = hash(r, key);
	s->key_n = key.n;
	if (key.n)
		memcpy(s->value + r->value_size, key.p, key.n);
	struct slot **chain = &r->chains[s->hash & (r->size - 1)];
	s->next = *chain;
	*chain = s;
	make_newest(r, s);
	r->used++;
	return s->value;
}

void recent_remove(struct recent *r, str key)
{
	struct slot **at = find(r, key, hash(r, key));
	if (*at)
		cut(r, at);
}

void recent_remove_oldest(struct recent *r)
{
	if (r->oldest)
		cut(r, find(r, key_of(r, r->oldest), r->oldest->hash));
}

void recent_free(struct recent *r)
{
	if (!r)
		return;
	while (r->oldest)
		recent_remove_oldest(r);
	free(r->chains);
	free(r);
}
