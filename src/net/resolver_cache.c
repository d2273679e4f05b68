/* net/resolver_cache.c: answers that are known already. */
#include "net/resolver_inside.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/recent.h"

#include <stdlib.h>

enum {
	ENTRIES = 20000,
	OCTETS = 8 << 20,
	ANSWER = 64 << 10, /* a larger one is not kept */
};

struct dns_kept { /* the bytes that the records view lie behind them */
	size_t size;
	struct dns_answer answer;
	struct dns_record records[];
};

struct entry {
	struct dns_cache *cache;
	struct dns_kept *kept;
	int64_t until;
};

static size_t text_size(const char *z)
{
	return z ? strlen(z) + 1 : 0;
}

static str move_to(char **at, str s)
{
	str moved = { *at, s.n };
	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return moved;
}

struct dns_kept *dns_pack(const struct dns_answer *answer)
{
	size_t size = sizeof(struct dns_kept) + answer->count * sizeof(struct dns_record)
		      + text_size(answer->why) + answer->canonical.n;
	for (size_t i = 0; i < answer->count; i++)
		size += answer->records[i].name.n + answer->records[i].data.n;
	struct dns_kept *k = mem_zero(size);
	char *at = (char *)(k->records + answer->count);
	k->size = size;
	k->answer = *answer;
	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_record *from = &answer->records[i];
		k->records[i] = (struct dns_record){ .preference = from->preference,
						     .name = move_to(&at, from->name),
						     .data = move_to(&at, from->data) };
	}
	k->answer.canonical = move_to(&at, answer->canonical);
	if (answer->why)
		k->answer.why =
			move_to(&at, (str){ answer->why, text_size(answer->why) }).p;
	return k;
}

/* One copy, its pointers moved along with it. */
void dns_unpack(struct arena *a, const struct dns_kept *kept, struct dns_answer *answer)
{
	struct dns_kept *copy = arena_alloc(a, kept->size);
	memcpy(copy, kept, kept->size);
	const char *from = (const char *)kept, *to = (const char *)copy;
	for (size_t i = 0; i < copy->answer.count; i++) {
		struct dns_record *r = &copy->records[i];
		r->name.p = to + (r->name.p - from);
		r->data.p = to + (r->data.p - from);
	}
	*answer = copy->answer;
	answer->records = copy->records;
	answer->canonical.p = to + (answer->canonical.p - from);
	if (answer->why)
		answer->why = to + (answer->why - from);
}

static void gone(void *value)
{
	struct entry *e = value;
	e->cache->octets -= e->kept->size;
	free(e->kept);
}

void dns_cache_init(struct dns_cache *c)
{
	*c = (struct dns_cache){ .table = recent_new(ENTRIES, sizeof(struct entry),
						     gone) };
}

void dns_cache_free(struct dns_cache *c)
{
	recent_free(c->table);
	c->table = NULL;
}

void dns_cache_put(struct dns_cache *c, str key, const struct dns_answer *answer,
		   int64_t until)
{
	struct dns_kept *kept = dns_pack(answer);
	recent_remove(c->table, key);
	if (kept->size > ANSWER || until <= clock_mono_ms()) {
		free(kept);
		return;
	}
	while (c->octets + kept->size > OCTETS)
		recent_remove_oldest(c->table);
	struct entry *e = recent_add(c->table, key);
	*e = (struct entry){ c, kept, until };
	c->octets += kept->size;
}

bool dns_cache_get(struct dns_cache *c, str key, struct arena *a,
		   struct dns_answer *answer)
{
	struct entry *e = recent_get(c->table, key);
	if (!e)
		return false;
	if (e->until <= clock_mono_ms()) {
		recent_remove(c->table, key);
		return false;
	}
	dns_unpack(a, e->kept, answer);
	return true;
}
