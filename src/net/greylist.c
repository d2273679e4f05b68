#include "net/greylist.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/recent.h"

#include <pthread.h>
#include <stdlib.h>

enum { KNOWN_MAX = 50000, TRIES_MAX = 50000, KNOWN_DAYS = 35, TRY_DAYS = 2, DAY = 86400 };

struct greylist {
	pthread_mutex_t lock;
	int64_t delay;
	struct recent *known; /* network -> int64_t, when it last passed */
	struct recent *tries; /* network, sender, domain -> int64_t, the first one */
};

struct greylist *greylist_new(int64_t delay)
{
	struct greylist *g = mem_zero(sizeof *g);
	g->delay = delay;
	g->known = recent_new(KNOWN_MAX, sizeof(int64_t), NULL);
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
	pthread_mutex_destroy(&g->lock);
	free(g);
}

static str network(struct arena *a, const struct net_addr *client)
{
	struct net_addr net = net_prefix(client, 24, 64);
	return net_ip_text(a, &net);
}

/* The time kept under a key; 0 where it is older than that many days. */
static int64_t *look(struct recent *r, str key, int64_t now, int64_t days)
{
	int64_t *at = recent_get(r, key);
	if (!at)
		at = recent_add(r, key);
	if (*at < now - days * DAY || *at > now) /* or the clock was set back */
		*at = 0;
	return at;
}

bool greylist_knows(struct greylist *g, const struct net_addr *client)
{
	ARENA(a);
	str key = network(a, client);
	int64_t now = clock_now();
	pthread_mutex_lock(&g->lock);
	int64_t *at = recent_get(g->known, key);
	bool known = at && *at >= now - (int64_t)KNOWN_DAYS * DAY;
	if (known)
		*at = now;
	pthread_mutex_unlock(&g->lock);
	return known;
}

int64_t greylist_wait(struct greylist *g, const struct net_addr *client, str sender,
		      str domain)
{
	ARENA(a);
	str net = network(a, client);
	str key = arena_lower(a, arena_cat(a, net, STR(" "), sender, STR(" "), domain));
	int64_t now = clock_now();
	pthread_mutex_lock(&g->lock);
	int64_t *first = look(g->tries, key, now, TRY_DAYS);
	if (!*first)
		*first = now;
	int64_t left = *first + g->delay - now;
	if (left <= 0) {
		recent_remove(g->tries, key);
		*look(g->known, net, now, KNOWN_DAYS) = now;
	}
	pthread_mutex_unlock(&g->lock);
	return left > 0 ? left : 0;
}
