#include "net/limit.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/recent.h"

#include <pthread.h>
#include <stdlib.h>

/* --- how many at one time --- */

enum {
	NETWORK_SHARE = 4, /* clients' worth that one network may have */
	V4_NETWORK = 3,    /* octets: /24 */
	V6_CLIENT = 8,     /* /64: what one customer gets at least (RFC 6177) */
	V6_NETWORK = 6,    /* /48 */
};

struct limit {
	pthread_mutex_t lock;
	struct limit_rule rule;
	int64_t open;
	struct recent *counts; /* key -> int64_t, never 0 */
};

/* The octets a client and its network are counted by. Their lengths tell the
 * four kinds apart, so one table serves them all. */
struct keys {
	unsigned char octets[16];
	str client, network;
};

static struct keys *keys_of(struct keys *k, const struct net_addr *client)
{
	size_t n = net_octets(client, k->octets);
	const char *p = (const char *)k->octets;
	k->client = (str){ p, n > V6_CLIENT ? V6_CLIENT : n };
	k->network = (str){ p, n > V6_CLIENT ? V6_NETWORK : n ? V4_NETWORK : 0 };
	return k;
}

struct limit *limit_new(const struct limit_rule *rule)
{
	struct limit *l = mem_zero(sizeof *l);
	l->rule = *rule;
	/* Whoever is in is counted, so nothing may be forgotten to make room. */
	l->counts = recent_new(SIZE_MAX, sizeof(int64_t), NULL);
	pthread_mutex_init(&l->lock, NULL);
	return l;
}

void limit_free(struct limit *l)
{
	if (!l)
		return;
	recent_free(l->counts);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static bool is_full(struct limit *l, str key, int64_t most)
{
	int64_t *count = recent_get(l->counts, key);
	return most > 0 && count && *count >= most;
}

static void count_up(struct limit *l, str key)
{
	int64_t *count = recent_get(l->counts, key);
	if (!count)
		count = recent_add(l->counts, key);
	++*count;
}

static void count_down(struct limit *l, str key)
{
	int64_t *count = recent_get(l->counts, key);
	if (count && --*count == 0)
		recent_remove(l->counts, key);
}

/* Who has no Internet address counts in the total alone. */
static enum limit_verdict judge(struct limit *l, const struct keys *k)
{
	int64_t network = l->rule.open < INT64_MAX / NETWORK_SHARE
				  ? l->rule.open * NETWORK_SHARE
				  : INT64_MAX;
	if (l->rule.total > 0 && l->open >= l->rule.total)
		return LIMIT_TOTAL;
	if (k->client.n == 0)
		return LIMIT_OK;
	if (is_full(l, k->client, l->rule.open))
		return LIMIT_CLIENT;
	return is_full(l, k->network, network) ? LIMIT_NETWORK : LIMIT_OK;
}

enum limit_verdict limit_enter(struct limit *l, const struct net_addr *client)
{
	struct keys k;
	keys_of(&k, client);
	pthread_mutex_lock(&l->lock);
	enum limit_verdict verdict = judge(l, &k);
	if (verdict == LIMIT_OK) {
		l->open++;
		if (k.client.n) {
			count_up(l, k.client);
			count_up(l, k.network);
		}
	}
	pthread_mutex_unlock(&l->lock);
	return verdict;
}

void limit_leave(struct limit *l, const struct net_addr *client)
{
	struct keys k;
	keys_of(&k, client);
	pthread_mutex_lock(&l->lock);
	l->open--;
	if (k.client.n) {
		count_down(l, k.client);
		count_down(l, k.network);
	}
	pthread_mutex_unlock(&l->lock);
}

int64_t limit_open(struct limit *l)
{
	pthread_mutex_lock(&l->lock);
	int64_t open = l->open;
	pthread_mutex_unlock(&l->lock);
	return open;
}

/* --- how many an hour --- */

enum { RATE_KEYS = 65536, HOUR_MS = 3600000 };

struct bucket {
	double tokens;
	int64_t at; /* clock_now_ms, so that tests can move it */
};

struct rate {
	pthread_mutex_t lock;
	double burst, per_ms;
	struct recent *buckets;
};

struct rate *rate_new(double burst, double per_hour)
{
	struct rate *r = mem_zero(sizeof *r);
	r->burst = burst;
	r->per_ms = per_hour / HOUR_MS;
	r->buckets = recent_new(RATE_KEYS, sizeof(struct bucket), NULL);
	pthread_mutex_init(&r->lock, NULL);
	return r;
}

void rate_free(struct rate *r)
{
	if (!r)
		return;
	recent_free(r->buckets);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* A wall clock that was set back refills nothing. */
static void refill(const struct rate *r, struct bucket *b, int64_t now)
{
	if (now > b->at)
		b->tokens += (double)(now - b->at) * r->per_ms;
	if (b->tokens > r->burst)
		b->tokens = r->burst;
	b->at = now;
}

static bool look(struct rate *r, str key, double n, double take)
{
	pthread_mutex_lock(&r->lock);
	int64_t now = clock_now_ms();
	struct bucket *b = recent_get(r->buckets, key);
	if (!b) {
		b = recent_add(r->buckets, key);
		*b = (struct bucket){ r->burst, now };
	}
	refill(r, b, now);
	bool enough = n <= b->tokens;
	if (enough)
		b->tokens -= take;
	pthread_mutex_unlock(&r->lock);
	return enough;
}

bool rate_take(struct rate *r, str key, double n)
{
	return look(r, key, n, n);
}

bool rate_has(struct rate *r, str key, double n)
{
	return look(r, key, n, 0);
}

/* --- of a client, its network and all --- */

struct rates {
	pthread_mutex_t lock; /* a look at three and the taking are one */
	struct rate *client, *network, *total; /* NULL: no limit */
};

static struct rate *hourly(double n)
{
	return n > 0 ? rate_new(n, n) : NULL;
}

struct rates *rates_new(const struct rates_rule *rule)
{
	struct rates *r = mem_zero(sizeof *r);
	r->client = hourly(rule->client);
	r->network = hourly(rule->client * NETWORK_SHARE);
	r->total = hourly(rule->total);
	pthread_mutex_init(&r->lock, NULL);
	return r;
}

void rates_free(struct rates *r)
{
	if (!r)
		return;
	rate_free(r->client);
	rate_free(r->network);
	rate_free(r->total);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* The limit on all is there for those who send much: it must not be a means by which a
 * few of them silence who writes a letter. So it does not hold for a client that has
 * used less than a fortieth of what is its own. */
static bool is_modest(struct rates *r, const struct keys *k)
{
	if (!k->client.n) /* many behind one door */
		return false;
	return !r->client || rate_has(r->client, k->client, r->client->burst * 39 / 40);
}

enum limit_verdict rates_take(struct rates *r, const struct net_addr *client, double n)
{
	struct keys k;
	keys_of(&k, client);
	const struct {
		struct rate *rate;
		str key;
		enum limit_verdict verdict;
	} all[] = { { k.client.n ? r->client : NULL, k.client, LIMIT_CLIENT },
		    { k.client.n ? r->network : NULL, k.network, LIMIT_NETWORK },
		    { r->total, STR(""), LIMIT_TOTAL } };
	enum { ALL = sizeof all / sizeof *all };
	enum limit_verdict verdict = LIMIT_OK;
	pthread_mutex_lock(&r->lock);
	bool modest = is_modest(r, &k);
	for (size_t i = 0; i < ALL && verdict == LIMIT_OK; i++)
		if (all[i].rate && !(modest && all[i].verdict == LIMIT_TOTAL)
		    && !rate_has(all[i].rate, all[i].key, n))
			verdict = all[i].verdict;
	for (size_t i = 0; i < ALL && verdict == LIMIT_OK; i++)
		if (all[i].rate)
			rate_take(all[i].rate, all[i].key, n);
	pthread_mutex_unlock(&r->lock);
	return verdict;
}
