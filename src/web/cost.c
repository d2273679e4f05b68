#include "web/cost.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/recent.h"
#include "web/exchange.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	V4_BITS = 24,
	V6_BITS = 48,
	NETWORKS = 16384, /* two megabytes when all are there */
	/* A link of 1 Gbit/s that is full is worth a processor that is. */
	OCTETS_A_MICROSECOND = 125,
	DEBT_MINUTES = 10, /* so that nobody waits for ever */
	MINUTE_MS = 60000,
};

struct purse {
	double left;     /* microseconds; below 0: a debt */
	int64_t at;      /* clock_now_ms, so that tests can move it */
	int64_t said_at; /* in the log; 0: never */
};

struct cost {
	pthread_mutex_t lock;
	double budget;
	uint64_t refusals;
	struct recent *purses;
};

struct cost *cost_new(int64_t budget)
{
	struct cost *c = mem_zero(sizeof *c);
	c->budget = (double)budget;
	c->purses = recent_new(NETWORKS, sizeof(struct purse), NULL);
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void cost_free(struct cost *c)
{
	if (!c)
		return;
	recent_free(c->purses);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* Who asks over loopback is this machine itself, or a proxy here that does not say for
 * whom it asks: all its readers as one network would wait for each other. */
static bool is_counted(const struct cost *c, const struct net_addr *client)
{
	unsigned char octets[16];
	return c->budget > 0 && net_octets(client, octets) && !exchange_from_here(client);
}

/* A wall clock that was set back refills nothing. */
static void refill(const struct cost *c, struct purse *p)
{
	int64_t now = clock_now_ms();
	if (now > p->at)
		p->left += (double)(now - p->at) * c->budget / MINUTE_MS;
	if (p->left > c->budget)
		p->left = c->budget;
	p->at = now;
}

/* With the lock held. */
static struct purse *purse_of(struct cost *c, const struct net_addr *network)
{
	unsigned char octets[16];
	str key = { (const char *)octets, net_octets(network, octets) };
	struct purse *p = recent_get(c->purses, key);
	if (!p) {
		p = recent_add(c->purses, key);
		*p = (struct purse){ .left = c->budget, .at = clock_now_ms() };
	}
	refill(c, p);
	return p;
}

static void say(const struct net_addr *network, int64_t seconds)
{
	ARENA(a);
	log_warn("network-over-budget", KS("network", net_ip_text(a, network)),
		 KN("seconds", seconds),
		 KZ("do", "nothing, if it is a crawler; else raise [web] budget"));
}

int64_t cost_wait(struct cost *c, const struct net_addr *client)
{
	if (!is_counted(c, client))
		return 0;
	struct net_addr network = net_prefix(client, V4_BITS, V6_BITS);
	bool tell = false;
	int64_t seconds = 0;
	pthread_mutex_lock(&c->lock);
	struct purse *p = purse_of(c, &network);
	if (p->left <= 0) {
		seconds = 1 + (int64_t)(-p->left * 60 / c->budget);
		c->refusals++;
		tell = !p->said_at || p->at - p->said_at >= MINUTE_MS;
		if (tell)
			p->said_at = p->at;
	}
	pthread_mutex_unlock(&c->lock);
	if (tell)
		say(&network, seconds);
	return seconds;
}

void cost_spend(struct cost *c, const struct net_addr *client, int64_t microseconds,
		int64_t octets)
{
	if (!is_counted(c, client))
		return;
	struct net_addr network = net_prefix(client, V4_BITS, V6_BITS);
	pthread_mutex_lock(&c->lock);
	struct purse *p = purse_of(c, &network);
	p->left -= (double)microseconds + (double)octets / OCTETS_A_MICROSECOND;
	if (p->left < -c->budget * DEBT_MINUTES)
		p->left = -c->budget * DEBT_MINUTES;
	pthread_mutex_unlock(&c->lock);
}

uint64_t cost_refusals(struct cost *c)
{
	pthread_mutex_lock(&c->lock);
	uint64_t n = c->refusals;
	pthread_mutex_unlock(&c->lock);
	return n;
}

size_t cost_networks(struct cost *c)
{
	pthread_mutex_lock(&c->lock);
	size_t n = recent_count(c->purses);
	pthread_mutex_unlock(&c->lock);
	return n;
}
