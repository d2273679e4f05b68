#include "net/limit.h"

#include "base/clock.h"
#include "base/thread.h"
#include "net/recent.h"
#include "tests/check.h"

#include <stdlib.h>
#include <unistd.h>

static struct net_addr ip(const char *text)
{
	struct net_addr addr = { 0 };
	CHECK(!net_parse_ip(str_from(text), &addr).kind);
	return addr;
}

static enum limit_verdict enter(struct limit *l, const char *text)
{
	struct net_addr addr = ip(text);
	return limit_enter(l, &addr);
}

static void leave(struct limit *l, const char *text)
{
	struct net_addr addr = ip(text);
	limit_leave(l, &addr);
}

/* --- at one time --- */

static void clients(void)
{
	static const struct {
		const char *ip;
		enum limit_verdict verdict;
	} steps[] = {
		/* two a client, so eight a network, eleven of all */
		{ "192.0.2.1", LIMIT_OK },
		{ "192.0.2.1", LIMIT_OK },
		{ "192.0.2.1", LIMIT_CLIENT },
		{ "::ffff:192.0.2.1", LIMIT_CLIENT },
		{ "192.0.2.2", LIMIT_OK },
		{ "192.0.2.2", LIMIT_OK },
		{ "192.0.2.3", LIMIT_OK },
		{ "192.0.2.3", LIMIT_OK },
		{ "192.0.2.4", LIMIT_OK },
		{ "192.0.2.4", LIMIT_OK },
		{ "192.0.2.5", LIMIT_NETWORK },
		{ "192.0.3.5", LIMIT_OK },
		{ "2001:db8:1:1::1", LIMIT_OK },
		{ "2001:db8:1:1::2", LIMIT_OK },
		{ "2001:db8:1:1:ffff::", LIMIT_TOTAL },
	};
	struct limit *l = limit_new(&(struct limit_rule){ .open = 2, .total = 11 });
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		CHECK(enter(l, steps[i].ip) == steps[i].verdict);
	CHECK(limit_open(l) == 11);
	leave(l, "192.0.2.4");
	CHECK(limit_open(l) == 10);
	CHECK(enter(l, "2001:db8:1:1::3") == LIMIT_CLIENT); /* the same /64 */
	CHECK(enter(l, "192.0.2.5") == LIMIT_OK);
	CHECK(enter(l, "198.51.100.1") == LIMIT_TOTAL);
	limit_free(l);
}

static void v6_networks(void)
{
	struct limit *l = limit_new(&(struct limit_rule){ .open = 1 });
	CHECK(enter(l, "2001:db8:1:1::1") == LIMIT_OK);
	CHECK(enter(l, "2001:db8:1:1::2") == LIMIT_CLIENT);
	CHECK(enter(l, "2001:db8:1:2::1") == LIMIT_OK);
	CHECK(enter(l, "2001:db8:1:3::1") == LIMIT_OK);
	CHECK(enter(l, "2001:db8:1:4::1") == LIMIT_OK);
	CHECK(enter(l, "2001:db8:1:5::1") == LIMIT_NETWORK);
	CHECK(enter(l, "2001:db8:2:5::1") == LIMIT_OK); /* no total: no such limit */
	leave(l, "2001:db8:1:2::ffff");
	CHECK(enter(l, "2001:db8:1:5::1") == LIMIT_OK);
	limit_free(l);
}

static void local_peers(void)
{
	struct net_addr local = { .len = sizeof(sa_family_t) };
	local.ss.ss_family = AF_UNIX;
	struct limit *l = limit_new(&(struct limit_rule){ .open = 1, .total = 3 });
	for (int i = 0; i < 3; i++)
		CHECK(limit_enter(l, &local) == LIMIT_OK);
	CHECK(limit_enter(l, &local) == LIMIT_TOTAL);
	limit_leave(l, &local);
	CHECK(limit_enter(l, &local) == LIMIT_OK);
	limit_free(l);
}

static void *come_and_go(void *arg)
{
	struct limit *l = arg;
	struct net_addr addr;
	if (net_parse_ip(STR("192.0.2.1"), &addr).kind)
		return l;
	for (int i = 0; i < 5000; i++) {
		net_set_port(&addr, (unsigned)i);
		if (limit_enter(l, &addr) == LIMIT_OK) {
			if (limit_open(l) > 3)
				return l;
			limit_leave(l, &addr);
		}
	}
	return NULL;
}

static void threads(void)
{
	enum { THREADS = 4 };
	struct limit *l = limit_new(&(struct limit_rule){ .open = 3, .total = 100 });
	pthread_t id[THREADS];
	for (int i = 0; i < THREADS; i++)
		CHECK(!thread_start_joinable(&id[i], come_and_go, l).kind);
	for (int i = 0; i < THREADS; i++) {
		void *wrong;
		pthread_join(id[i], &wrong);
		CHECK(!wrong);
	}
	CHECK(limit_open(l) == 0);
	for (int i = 0; i < 3; i++) /* nothing was left behind */
		CHECK(enter(l, "192.0.2.1") == LIMIT_OK);
	CHECK(enter(l, "192.0.2.1") == LIMIT_CLIENT);
	limit_free(l);
}

/* --- an hour --- */

/* POSTERN_CLOCK's file: seconds to add to the time. */
static int clock_fd;

static void set_clock(int seconds)
{
	char text[32];
	snprintf(text, sizeof text, "%-30d\n", seconds);
	CHECK(pwrite(clock_fd, text, 32, 0) == 32);
}

static void rates(void)
{
	struct rate *r = rate_new(10, 60); /* ten at once, then one a minute */
	set_clock(0);
	CHECK(!rate_take(r, STR("a"), 11));
	CHECK(rate_take(r, STR("a"), 4));
	CHECK(!rate_take(r, STR("a"), 7)); /* and nothing is taken */
	CHECK(rate_take(r, STR("a"), 6));
	CHECK(!rate_take(r, STR("a"), 1));
	CHECK(rate_take(r, STR("b"), 10));
	CHECK(rate_take(r, STR("a\0b"), 10));
	set_clock(50);
	CHECK(!rate_take(r, STR("a"), 1));
	set_clock(130);
	CHECK(rate_take(r, STR("a"), 1) && rate_take(r, STR("a"), 1));
	CHECK(!rate_take(r, STR("a"), 1));
	set_clock(-5000); /* set back: nothing comes of it, now or later */
	CHECK(!rate_take(r, STR("a"), 1));
	set_clock(-4930);
	CHECK(rate_take(r, STR("a"), 1) && !rate_take(r, STR("a"), 1));
	set_clock(900000); /* never more than the burst */
	CHECK(rate_take(r, STR("a"), 10) && !rate_take(r, STR("a"), 0.5));
	rate_free(r);
}

/* Three a client, so twelve a network, fourteen of all. Who has had its share takes
 * nobody else's. */
static void rates_of_three(void)
{
	static const struct {
		const char *ip;
		int n, times;
		enum limit_verdict then;
	} steps[] = {
		{ "192.0.2.1", 1, 3, LIMIT_CLIENT },
		{ "192.0.2.1", 1, 0, LIMIT_CLIENT },
		{ "::ffff:192.0.2.1", 1, 0, LIMIT_CLIENT },
		{ "192.0.2.2", 2, 1, LIMIT_CLIENT },
		{ "192.0.2.2", 1, 1, LIMIT_CLIENT },
		{ "192.0.2.3", 1, 3, LIMIT_CLIENT },
		{ "192.0.2.4", 1, 3, LIMIT_CLIENT },
		{ "192.0.2.5", 1, 0, LIMIT_NETWORK },
		{ "2001:db8:1:1::1", 1, 2, LIMIT_TOTAL },
		{ "2001:db8:1:1::2", 1, 0, LIMIT_TOTAL },
		{ "198.51.100.1", 1, 1, LIMIT_TOTAL }, /* its first is not denied */
		{ "198.51.100.2", 1, 1, LIMIT_TOTAL },
	};
	struct rates *r = rates_new(&(struct rates_rule){ .client = 3, .total = 14 });
	set_clock(0);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct net_addr who = ip(steps[i].ip);
		for (int k = 0; k < steps[i].times; k++)
			CHECK(rates_take(r, &who, steps[i].n) == LIMIT_OK);
		CHECK(rates_take(r, &who, steps[i].n) == steps[i].then);
	}
	struct net_addr late = ip("198.51.100.1");
	set_clock(3600);
	for (int i = 0; i < 3; i++)
		CHECK(rates_take(r, &late, 1) == LIMIT_OK);
	CHECK(rates_take(r, &late, 1) == LIMIT_CLIENT);
	rates_free(r);
	rates_free(NULL);
	/* a gateway stands for many: it counts in the total, and that alone */
	struct net_addr gateway = { .ss.ss_family = AF_UNIX, .len = sizeof(sa_family_t) };
	r = rates_new(&(struct rates_rule){ .client = 3, .total = 14 });
	for (int i = 0; i < 14; i++)
		CHECK(rates_take(r, &gateway, 1) == LIMIT_OK);
	CHECK(rates_take(r, &gateway, 1) == LIMIT_TOTAL);
	rates_free(r);
	r = rates_new(&(struct rates_rule){ .client = 1 }); /* of all: any number */
	for (int i = 0; i < 100; i++) {
		char text[32];
		snprintf(text, sizeof text, "198.51.%d.1", i);
		struct net_addr who = ip(text);
		CHECK(rates_take(r, &who, 1) == LIMIT_OK);
	}
	rates_free(r);
}

/* A flood of keys makes the quiet ones forgotten, not those that go on. */
static void many_keys(void)
{
	struct rate *r = rate_new(100, 0);
	CHECK(rate_take(r, STR("quiet"), 100) && rate_take(r, STR("busy"), 100));
	for (uint32_t i = 0; i < 70000; i++) {
		rate_take(r, (str){ (char *)&i, sizeof i }, 1);
		if (i % 1000 == 0)
			CHECK(!rate_take(r, STR("busy"), 1));
	}
	CHECK(!rate_take(r, STR("busy"), 1));
	CHECK(rate_take(r, STR("quiet"), 1));
	rate_free(r);
}

/* --- the table below --- */

static int gone_sum;

static void gone(void *value)
{
	gone_sum += *(int *)value;
}

static void put(struct recent *r, const char *key, int value)
{
	*(int *)recent_add(r, str_from(key)) = value;
}

static int get(struct recent *r, const char *key)
{
	int *value = recent_get(r, str_from(key));
	return value ? *value : -1;
}

static void table(void)
{
	struct recent *r = recent_new(3, sizeof(int), gone);
	put(r, "one", 1);
	put(r, "two", 2);
	put(r, "", 3);
	CHECK(get(r, "one") == 1 && get(r, "three") == -1 && recent_count(r) == 3);
	put(r, "four", 4); /* two was used longest ago */
	CHECK(get(r, "two") == -1 && gone_sum == 2 && recent_count(r) == 3);
	CHECK(get(r, "") == 3 && get(r, "one") == 1 && get(r, "four") == 4);
	recent_remove_oldest(r);
	CHECK(get(r, "") == -1 && gone_sum == 5);
	recent_remove(r, STR("four")); /* the newest */
	recent_remove(r, STR("absent"));
	CHECK(recent_count(r) == 1 && gone_sum == 9 && get(r, "one") == 1);
	recent_remove(r, STR("one"));
	recent_remove_oldest(r); /* of none */
	CHECK(recent_count(r) == 0);
	put(r, "five", 5);
	recent_free(r);
	CHECK(gone_sum == 15);

	r = recent_new(SIZE_MAX, sizeof(int), NULL); /* it grows */
	for (int i = 0; i < 5000; i++)
		*(int *)recent_add(r, (str){ (char *)&i, sizeof i }) = i;
	int right = 0;
	for (int i = 0; i < 5000; i++) {
		int *value = recent_get(r, (str){ (char *)&i, sizeof i });
		right += value && *value == i;
	}
	CHECK(right == 5000);
	recent_free(r);
}

int main(void)
{
	char path[] = "/tmp/postern-clock-XXXXXX";
	clock_fd = mkstemp(path);
	set_clock(0);
	setenv("POSTERN_CLOCK", path, 1);
	clients();
	v6_networks();
	local_peers();
	threads();
	rates();
	rates_of_three();
	many_keys();
	table();
	unlink(path);
	return check_done();
}
