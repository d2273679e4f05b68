#include "web/cache.h"

#include "base/mem.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { BUCKETS = 4096, OVERHEAD = 256 };

struct entry {
	struct entry *same; /* of the same bucket */
	struct entry *newer, *older;
	struct blob *blob;
	size_t octets, bucket;
	struct cache_key key;
};

struct cache {
	pthread_mutex_t lock;
	unsigned char seed[crypto_shorthash_KEYBYTES];
	struct entry *buckets[BUCKETS];
	struct entry *newest, *oldest;
	size_t octets, octets_max;
};

struct cache *cache_new(size_t octets)
{
	struct cache *c = mem_zero(sizeof *c);
	pthread_mutex_init(&c->lock, NULL);
	randombytes_buf(c->seed, sizeof c->seed);
	c->octets_max = octets;
	return c;
}

static size_t bucket_of(const struct cache *c, str page)
{
	uint64_t hash = 0;
	crypto_shorthash((unsigned char *)&hash, (const unsigned char *)page.p, page.n,
			 c->seed);
	return hash % BUCKETS;
}

static struct entry *find(const struct cache *c, str page)
{
	struct entry *e = c->buckets[bucket_of(c, page)];
	while (e && !str_eq(e->key.page, page))
		e = e->same;
	return e;
}

static void unlink_age(struct cache *c, struct entry *e)
{
	*(e->newer ? &e->newer->older : &c->newest) = e->older;
	*(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void make_newest(struct cache *c, struct entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void drop(struct cache *c, struct entry *e)
{
	struct entry **at = &c->buckets[e->bucket];
	while (*at != e)
		at = &(*at)->same;
	*at = e->same;
	unlink_age(c, e);
	c->octets -= e->octets;
	blob_unref(e->blob);
	free(e);
}

/* What is of another state goes at once: the page that is made now takes its memory,
 * which the system need not find anew. */
struct blob *cache_get(struct cache *c, const struct cache_key *key)
{
	struct blob *b = NULL;
	pthread_mutex_lock(&c->lock);
	struct entry *e = find(c, key->page);
	if (e && !str_eq(e->key.state, key->state)) {
		drop(c, e);
	} else if (e) {
		unlink_age(c, e);
		make_newest(c, e);
		b = blob_ref(e->blob);
	}
	pthread_mutex_unlock(&c->lock);
	return b;
}

/* Gives where the copy ends. */
static char *copy_to(char *at, str s, str *copy)
{
	if (s.n)
		memcpy(at, s.p, s.n);
	*copy = (str){ at, s.n };
	return at + s.n;
}

static struct entry *new_entry(const struct cache *c, const struct cache_key *key,
			       struct blob *b)
{
	size_t named = key->page.n + key->state.n;
	struct entry *e = mem_zero(sizeof *e + named);
	copy_to(copy_to((char *)(e + 1), key->page, &e->key.page), key->state,
		&e->key.state);
	e->bucket = bucket_of(c, key->page);
	e->blob = blob_ref(b);
	/* once plain and, mostly a quarter of it, once compressed */
	e->octets = blob_bytes(b).n + blob_bytes(b).n / 4 + named + OVERHEAD;
	return e;
}

void cache_put(struct cache *c, const struct cache_key *key, struct blob *b)
{
	struct entry *e = new_entry(c, key, b);
	pthread_mutex_lock(&c->lock);
	struct entry *before = find(c, key->page);
	if (before)
		drop(c, before);
	e->same = c->buckets[e->bucket];
	c->buckets[e->bucket] = e;
	make_newest(c, e);
	c->octets += e->octets;
	if (e->octets > c->octets_max / 8)
		drop(c, e);
	while (c->octets > c->octets_max)
		drop(c, c->oldest);
	pthread_mutex_unlock(&c->lock);
}

size_t cache_octets(struct cache *c)
{
	pthread_mutex_lock(&c->lock);
	size_t n = c->octets;
	pthread_mutex_unlock(&c->lock);
	return n;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	while (c->oldest)
		drop(c, c->oldest);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
