#include "net/greylist.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/mem.h"
#include "net/recent.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum {
	DAY = 86400,
	NEWS_MAX = 10000, /* what is too much is told of when it comes again */
	TRY_OCTETS = 16,  /* of its hash: no address is written down */
};

struct known {
	int64_t at;   /* when it last passed */
	int64_t told; /* and as of when that is among the news, or was */
};

struct
try {
	int64_t first; /* 0: none of late */
	bool told;
};

struct news {
	char key[48];
	int64_t at;
};

struct news_list {
	struct news *list;
	size_t count, room;
};

struct greylist {
	pthread_mutex_t lock;
	int64_t delay;
	struct recent *known; /* network -> struct known */
	struct recent *tries; /* network, sender, domain -> struct try */
	struct news_list news[GREYLIST_KINDS];
};

struct greylist *greylist_new(int64_t delay)
{
	struct greylist *g = mem_zero(sizeof *g);
	g->delay = delay;
	g->known = recent_new(GREYLIST_KNOWN_MAX, sizeof(struct known), NULL);
	g->tries = recent_new(GREYLIST_TRIES_MAX, sizeof(struct try), NULL);
	pthread_mutex_init(&g->lock, NULL);
	return g;
}

void greylist_free(struct greylist *g)
{
	if (!g)
		return;
	recent_free(g->known);
	recent_free(g->tries);
	for (int i = 0; i < GREYLIST_KINDS; i++)
		free(g->news[i].list);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

static str network(struct arena *a, const struct net_addr *client)
{
	struct net_addr net = net_prefix(client, 24, 64);
	return net_ip_text(a, &net);
}

/* False: there are too many. */
static bool add_news(struct news_list *l, str key, int64_t at)
{
	if (l->count == NEWS_MAX || key.n >= sizeof l->list->key)
		return false;
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->list = mem_grow(l->list, l->room * sizeof *l->list);
	}
	struct news *x = &l->list[l->count++];
	*x = (struct news){ .at = at };
	memcpy(x->key, key.p, key.n);
	return true;
}

static void passes(struct greylist *g, str net, struct known *k, int64_t now)
{
	k->at = now;
	bool stale = k->told <= now - DAY || k->told > now;
	if (stale && add_news(&g->news[GREYLIST_PASSED], net, now))
		k->told = now;
}

bool greylist_knows(struct greylist *g, const struct net_addr *client)
{
	ARENA(a);
	str key = network(a, client);
	int64_t now = clock_now();
	pthread_mutex_lock(&g->lock);
	struct known *k = recent_get(g->known, key);
	bool known = k && k->at >= now - GREYLIST_KNOWN_SECONDS;
	if (known)
		passes(g, key, k, now);
	pthread_mutex_unlock(&g->lock);
	return known;
}

static struct known *known_of(struct greylist *g, str net)
{
	struct known *k = recent_get(g->known, net);
	return k ? k : recent_add(g->known, net);
}

static struct try *try_of(struct greylist *g, str key)
{
	struct try *t = recent_get(g->tries, key);
	return t ? t : recent_add(g->tries, key);
}

static str key_of(struct arena *a, str net, str sender, str domain)
{
	unsigned char hash[TRY_OCTETS];
	str text = arena_lower(a, arena_cat(a, net, STR(" "), sender, STR(" "), domain));
	crypto_generichash(hash, sizeof hash, (const unsigned char *)text.p, text.n, NULL,
			   0);
	return enc_hex(a, (str){ (const char *)hash, sizeof hash });
}

/* What was tried long ago, or before the clock was set back, is tried anew. */
static void begin_try(struct greylist *g, str key, struct try *t, int64_t now)
{
	if (t->first < now - GREYLIST_TRY_SECONDS || t->first > now)
		*t = (struct try){ .first = now };
	if (!t->told)
		t->told = add_news(&g->news[GREYLIST_TRIED], key, t->first);
}

int64_t greylist_wait(struct greylist *g, const struct net_addr *client, str sender,
		      str domain)
{
	ARENA(a);
	str net = network(a, client), key = key_of(a, net, sender, domain);
	int64_t now = clock_now();
	pthread_mutex_lock(&g->lock);
	struct try *t = try_of(g, key);
	begin_try(g, key, t, now);
	int64_t left = t->first + g->delay - now;
	if (left <= 0) {
		recent_remove(g->tries, key);
		passes(g, net, known_of(g, net), now);
	}
	pthread_mutex_unlock(&g->lock);
	return left > 0 ? left : 0;
}

void greylist_news(struct greylist *g, enum greylist_kind kind, struct arena *a,
		   struct greylist_news **x, size_t *n)
{
	const struct news_list *l = &g->news[kind];
	pthread_mutex_lock(&g->lock);
	*n = l->count;
	*x = arena_alloc(a, (*n + 1) * sizeof **x);
	for (size_t i = 0; i < *n; i++)
		(*x)[i] = (struct greylist_news){
			.key = arena_copy(a, str_from(l->list[i].key)),
			.at = l->list[i].at,
		};
	pthread_mutex_unlock(&g->lock);
}

void greylist_written(struct greylist *g, enum greylist_kind kind, size_t n)
{
	struct news_list *l = &g->news[kind];
	pthread_mutex_lock(&g->lock);
	l->count -= n;
	if (l->count)
		memmove(l->list, l->list + n, l->count * sizeof *l->list);
	pthread_mutex_unlock(&g->lock);
}

void greylist_restore(struct greylist *g, enum greylist_kind kind, str key, int64_t at)
{
	pthread_mutex_lock(&g->lock);
	if (kind == GREYLIST_TRIED) {
		*try_of(g, key) = (struct try){ .first = at, .told = true };
	} else {
		struct known *k = known_of(g, key);
		k->at = k->told = at;
	}
	pthread_mutex_unlock(&g->lock);
}
