#include "account/throttle.h"

#include "base/arena.h"
#include "base/mem.h"
#include "mail/address.h"

#include <stdlib.h>

/* A network has fewer than an account, so that one alone cannot shut out the account's
 * owner elsewhere. Several can; then a browser that is known (web/pages/known) has tries
 * of its own, and a mailed link lets the owner in anyway. */
enum { ACCOUNT_AT_ONCE = 20, ACCOUNT_HOURLY = 60 };
enum { NETWORK_AT_ONCE = 12, NETWORK_HOURLY = 48 };

struct throttle {
	struct rate *accounts, *networks;
};

struct throttle *throttle_new(void)
{
	struct throttle *t = mem_zero(sizeof *t);
	t->accounts = rate_new(ACCOUNT_AT_ONCE, ACCOUNT_HOURLY);
	t->networks = rate_new(NETWORK_AT_ONCE, NETWORK_HOURLY);
	return t;
}

void throttle_free(struct throttle *t)
{
	if (!t)
		return;
	rate_free(t->accounts);
	rate_free(t->networks);
	free(t);
}

static str network(struct arena *a, const struct net_addr *peer)
{
	struct net_addr net = net_prefix(peer, 24, 48);
	return net_ip_text(a, &net);
}

/* However an address is spelled, it is one account. */
static str account(struct arena *a, str user)
{
	struct address x;
	return address_parse(a, user, &x).kind ? arena_lower(a, user)
					       : address_key(a, &x);
}

bool throttle_may(struct throttle *t, str user, const struct net_addr *peer)
{
	ARENA(a);
	return (!peer || rate_has(t->networks, network(a, peer), 1))
	       && (!user.n || rate_has(t->accounts, account(a, user), 1));
}

/* Of several who try at one time each may be told yes and find the bucket empty here:
 * at most as many as there are sessions. */
void throttle_failed(struct throttle *t, str user, const struct net_addr *peer)
{
	ARENA(a);
	if (peer)
		rate_take(t->networks, network(a, peer), 1);
	if (user.n)
		rate_take(t->accounts, account(a, user), 1);
}
