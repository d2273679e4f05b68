/* What guests of a network cost: the clock is a file, so that an hour is a moment. */
#include "web/cost.h"

#include "tests/check.h"

#include <stdlib.h>
#include <unistd.h>

static char clock_path[] = "/tmp/unit_cost_XXXXXX";
static int clock_file;

static void set_clock(int seconds)
{
	char text[33];
	snprintf(text, sizeof text, "%-31d\n", seconds);
	CHECK(pwrite(clock_file, text, 32, 0) == 32);
}

static struct net_addr ip(const char *text)
{
	struct net_addr addr = { 0 };
	CHECK(!net_parse_ip(str_from(text), &addr).kind);
	return addr;
}

static int64_t waits(struct cost *c, const char *who)
{
	struct net_addr addr = ip(who);
	return cost_wait(c, &addr);
}

static void spend(struct cost *c, const char *who, int64_t us, int64_t octets)
{
	struct net_addr addr = ip(who);
	cost_spend(c, &addr, us, octets);
}

enum { SECOND = 1000000 };

/* Half a processor, so a minute's worth is 30 seconds. */
static void one_network(void)
{
	struct cost *c = cost_new(30 * SECOND);
	set_clock(0);
	spend(c, "203.0.113.7", 29 * SECOND, 0);
	CHECK(!waits(c, "203.0.113.7"));
	spend(c, "203.0.113.200", 2 * SECOND, 0); /* the same network */
	int64_t wait = waits(c, "203.0.113.9");
	CHECK(wait == 3 || wait == 2); /* one second of debt at half a processor */
	CHECK(!waits(c, "203.0.114.9"));
	CHECK(cost_refusals(c) == 1);
	set_clock(4);
	CHECK(!waits(c, "203.0.113.9"));
	set_clock(3600); /* no more than a minute's worth is put by */
	spend(c, "203.0.113.7", 30 * SECOND + 1, 0);
	CHECK(waits(c, "203.0.113.7") == 1);
	set_clock(0); /* a clock that was set back pays nothing */
	CHECK(waits(c, "203.0.113.7") == 1);
	cost_free(c);
}

static void octets(void)
{
	struct cost *c = cost_new(1 * SECOND);
	set_clock(0);
	spend(c, "2001:db8:1:2::3", 0, 124 * SECOND);
	CHECK(!waits(c, "2001:db8:1::1"));
	spend(c, "2001:db8:1:ffff::3", 0, 2 * SECOND);
	CHECK(waits(c, "2001:db8:1::1"));
	CHECK(!waits(c, "2001:db8:2::1"));
	CHECK(waits(c, "2001:db8:1::1") == 1);
	spend(c, "2001:db8:1::3", 3600 * (int64_t)SECOND, 0); /* nobody waits for ever */
	CHECK(waits(c, "2001:db8:1::1") <= 601);
	cost_free(c);
}

static void uncounted(void)
{
	struct cost *c = cost_new(1 * SECOND), *any = cost_new(0);
	static const char *const own[] = { "127.0.0.1", "127.9.9.9", "::1" };
	for (size_t i = 0; i < 3; i++) {
		spend(c, own[i], 100 * SECOND, 0);
		CHECK(!waits(c, own[i]));
	}
	CHECK(cost_networks(c) == 0);
	spend(any, "203.0.113.7", 100 * SECOND, 0);
	CHECK(!waits(any, "203.0.113.7"));
	cost_free(c);
	cost_free(any);
}

/* Of more networks than are remembered the one that was quiet longest is forgotten. */
static void many(void)
{
	struct cost *c = cost_new(1 * SECOND);
	char text[32];
	spend(c, "203.0.113.7", 2 * SECOND, 0);
	CHECK(waits(c, "203.0.113.7"));
	for (int i = 0; i < 20000; i++) {
		snprintf(text, sizeof text, "10.%d.%d.1", i / 250, i % 250);
		spend(c, text, 1, 0);
	}
	CHECK(cost_networks(c) == 16384);
	CHECK(!waits(c, "203.0.113.7"));
	cost_free(c);
}

int main(void)
{
	clock_file = mkstemp(clock_path);
	CHECK(clock_file >= 0);
	set_clock(0);
	setenv("POSTERN_CLOCK", clock_path, 1);
	one_network();
	octets();
	uncounted();
	many();
	unlink(clock_path);
	return check_done();
}
