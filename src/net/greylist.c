#include "net/greylist.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/recent.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	TRIES_MAX = 50000,
	TRY_SECONDS = 2 * 86400,
	DAY = 86400,
	NEWS_MAX = 10000, /* what is too much is told of when it comes again */
};

struct known {
	int64_t at;   /* when it last passed */
	int64_t told; /* and as of when that is among the news, or was */
};

struct news {
	char network[48];
	int64_t at;
};

struct greylist {
	pthread_mutex_t lock;
	int64_t delay;
	struct recent *known; /* network -> struct known */
	struct recent *tries; /* network, sender, domain -> int64_t, the first one */
	struct news *news;
	size_t news_count, news_room;
};

struct greylist *greylist_new(int64_t delay)
{
	struct greylist *g = mem_zero(sizeof *g);
	g->delay = delay;
	g->known = recent_new(GREYLIST_KNOWN_MAX, sizeof(struct known), NULL);
	g->tries = recent_new(TRIES_MAX, sizeof(int64_t), NULL);
	pthread_mutex_init(&g->lock, NULL);
	return g;
}

void greylist_free(struct greylist *g)
{
	if (!g)
		return;
	recent_free(g->known);
	recent_free(g->tries);
	free(g->news);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

static str network(struct arena *a, const struct net_addr *client)
{
	struct net_addr net = net_prefix(client, 24, 64);
	return net_ip_text(a, &net);
}

static void add_news(struct greylist *g, str net, int64_t at)
{
	if (g->news_count == g->news_room) {
		g->news_room = g->news_room ? g->news_room * 2 : 64;
		g->news = mem_grow(g->news, g->news_room * sizeof *g->news);
	}
	struct news *x = &g->news[g->news_count++];
	*x = (struct news){ .at = at };
	memcpy(x->network, net.p, net.n);
}

static void passes(struct greylist *g, str net, struct known *k, int64_t now)
{
	k->at = now;
	bool stale = k->told <= now - DAY || k->told > now;
	if (!stale || g->news_count == NEWS_MAX || net.n >= sizeof g->news->network)
		return;
	k->told = now;
	add_news(g, net, now);
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

/* When the first try was; 0: there was none of late. */
static int64_t *first_try(struct greylist *g, str key, int64_t now)
{
	int64_t *at = recent_get(g->tries, key);
	if (!at)
		at = recent_add(g->tries, key);
	if (*at < now - TRY_SECONDS || *at > now) /* or the clock was set back */
		*at = 0;
	return at;
}

int64_t greylist_wait(struct greylist *g, const struct net_addr *client, str sender,
		      str domain)
{
	ARENA(a);
	str net = network(a, client);
	str key = arena_lower(a, arena_cat(a, net, STR(" "), sender, STR(" "), domain));
	int64_t now = clock_now();
	pthread_mutex_lock(&g->lock);
	int64_t *first = first_try(g, key, now);
	if (!*first)
		*first = now;
	int64_t left = *first + g->delay - now;
	if (left <= 0) {
		recent_remove(g->tries, key);
		passes(g, net, known_of(g, net), now);
	}
	pthread_mutex_unlock(&g->lock);
	return left > 0 ? left : 0;
}

void greylist_news(struct greylist *g, struct arena *a, struct greylist_news **x,
		   size_t *n)
{
	pthread_mutex_lock(&g->lock);
	*n = g->news_count;
	*x = arena_alloc(a, (*n + 1) * sizeof **x);
	for (size_t i = 0; i < *n; i++)
		(*x)[i] = (struct greylist_news){
			.network = arena_copy(a, str_from(g->news[i].network)),
			.passed_at = g->news[i].at,
		};
	pthread_mutex_unlock(&g->lock);
}

void greylist_written(struct greylist *g, size_t n)
{
	pthread_mutex_lock(&g->lock);
	g->news_count -= n;
	if (g->news_count)
		memmove(g->news, g->news + n, g->news_count * sizeof *g->news);
	pthread_mutex_unlock(&g->lock);
}

void greylist_restore(struct greylist *g, str network, int64_t passed_at)
{
	pthread_mutex_lock(&g->lock);
	struct known *k = known_of(g, network);
	k->at = k->told = passed_at;
	pthread_mutex_unlock(&g->lock);
}
