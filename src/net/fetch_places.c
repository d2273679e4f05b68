#include "net/fetch_places.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>
#include <string.h>

enum { NETWORK_V4 = 24, NETWORK_V6 = 48 };

struct fetch_places {
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t moved;
	struct fetch_place *first; /* waiting and held, in the order in which they came */
	size_t most, of_network, held;
	uint64_t round; /* of asking */
	int64_t fair_ms;
};

struct fetch_places *fetch_places_new(size_t most, size_t of_network, int64_t fair_ms)
{
	struct fetch_places *p = mem_zero(sizeof *p);
	p->most = most;
	p->of_network = of_network;
	p->fair_ms = fair_ms;
	pthread_mutex_init(&p->lock, NULL);
	thread_cond_init(&p->moved);
	return p;
}

void fetch_places_free(struct fetch_places *p)
{
	pthread_cond_destroy(&p->moved);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* --- all under p->lock */

static bool is_neighbour(const struct fetch_place *x, const struct fetch_place *y)
{
	return !memcmp(x->network, y->network, sizeof x->network);
}

/* Has the network of x all that it may have? */
static bool is_full(const struct fetch_places *p, const struct fetch_place *x)
{
	size_t n = 0;
	for (const struct fetch_place *y = p->first; y; y = y->next)
		n += y->since && is_neighbour(x, y);
	return n >= p->of_network;
}

/* A network that has all it may have holds up nobody behind it. */
static void hand_out(struct fetch_places *p)
{
	bool some = false;
	for (struct fetch_place *x = p->first; x && p->held < p->most; x = x->next) {
		if (x->since || is_full(p, x))
			continue;
		x->since = clock_mono_ms();
		p->held++;
		some = true;
	}
	if (some)
		pthread_cond_broadcast(&p->moved);
}

static void put_last(struct fetch_places *p, struct fetch_place *mine)
{
	struct fetch_place **at = &p->first;
	while (*at)
		at = &(*at)->next;
	*at = mine;
}

static void take_out(struct fetch_places *p, struct fetch_place *mine)
{
	struct fetch_place **at = &p->first;
	while (*at != mine)
		at = &(*at)->next;
	*at = mine->next;
	p->held -= mine->since != 0;
}

/* The one that has been held longest of those that keep the waiting one out and are not
 * asked to go for another. */
static struct fetch_place *oldest_in_way(const struct fetch_places *p,
					 const struct fetch_place *waiting)
{
	struct fetch_place *found = NULL;
	bool full = is_full(p, waiting);
	if (!full && p->held < p->most)
		return NULL;
	for (struct fetch_place *x = p->first; x; x = x->next)
		if (x->since && x->round != p->round
		    && (!full || is_neighbour(x, waiting))
		    && (!found || x->since < found->since))
			found = x;
	return found;
}

/* Of who waits each asks one to go. */
static bool is_asked_to_go(struct fetch_places *p, const struct fetch_place *mine)
{
	p->round++;
	for (struct fetch_place *x = p->first; x && mine->round != p->round;
	     x = x->next) {
		struct fetch_place *out = x->since ? NULL : oldest_in_way(p, x);
		if (out)
			out->round = p->round;
	}
	return mine->round == p->round;
}

/* --- from outside */

bool fetch_places_enter(struct fetch_places *p, struct fetch_place *mine,
			const struct net_addr *addr, int64_t deadline)
{
	struct net_addr network = net_prefix(addr, NETWORK_V4, NETWORK_V6);
	*mine = (struct fetch_place){ 0 };
	net_octets(&network, mine->network);
	pthread_mutex_lock(&p->lock);
	put_last(p, mine);
	hand_out(p);
	while (!mine->since && thread_wait_until(&p->moved, &p->lock, deadline))
		;
	bool in = mine->since != 0;
	if (!in)
		take_out(p, mine);
	pthread_mutex_unlock(&p->lock);
	return in;
}

bool fetch_places_spent(struct fetch_places *p, const struct fetch_place *mine)
{
	pthread_mutex_lock(&p->lock);
	bool spent = clock_mono_ms() - mine->since >= p->fair_ms
		     && is_asked_to_go(p, mine);
	pthread_mutex_unlock(&p->lock);
	return spent;
}

void fetch_places_leave(struct fetch_places *p, struct fetch_place *mine)
{
	pthread_mutex_lock(&p->lock);
	take_out(p, mine);
	hand_out(p);
	pthread_mutex_unlock(&p->lock);
}
