/* Who waits, how long, and who is known. */
#include "net/greylist.h"

#include "base/clock.h"
#include "tests/check.h"

#include <stdlib.h>
#include <unistd.h>

enum { DELAY = 300, HOUR = 3600, DAY = 86400 };

static int clock_fd;

/* POSTERN_CLOCK's file: seconds to add to the time. */
static void set_clock(int seconds)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%d\n", seconds);
	CHECK(pwrite(clock_fd, text, (size_t)n, 0) == n && !ftruncate(clock_fd, n));
}

static int64_t wait_of(struct greylist *g, const char *ip, const char *sender)
{
	struct net_addr client;
	CHECK(!net_parse_ip(str_from(ip), &client).kind);
	return greylist_knows(g, &client) ? 0
					  : greylist_wait(g, &client, str_from(sender),
							  STR("lists.example"));
}

static bool near(int64_t got, int64_t wanted)
{
	return got <= wanted && got >= wanted - 5;
}

static void test_waits(void)
{
	struct greylist *g = greylist_new(DELAY);
	set_clock(0);
	CHECK(near(wait_of(g, "192.0.2.1", "a@x.example"), DELAY));
	set_clock(100);
	CHECK(near(wait_of(g, "192.0.2.1", "A@X.example"), DELAY - 100));
	CHECK(near(wait_of(g, "192.0.2.1", "b@x.example"), DELAY)); /* another's mail */
	set_clock(DELAY);
	CHECK(near(wait_of(g, "198.51.100.1", "a@x.example"), DELAY)); /* elsewhere */
	CHECK(wait_of(g, "192.0.2.200", "a@x.example") == 0);          /* its neighbour */
	CHECK(wait_of(g, "192.0.2.1", "c@y.example") == 0);            /* known now */
	set_clock(34 * DAY);
	CHECK(wait_of(g, "192.0.2.1", "d@y.example") == 0); /* and remembered anew */
	set_clock(68 * DAY);
	CHECK(wait_of(g, "192.0.2.1", "d@y.example") == 0);
	set_clock(104 * DAY);
	CHECK(near(wait_of(g, "192.0.2.1", "d@y.example"), DELAY));
	greylist_free(g);
	greylist_free(NULL);
}

/* Who comes again after two days is as if it had not come. */
static void test_too_late(void)
{
	struct greylist *g = greylist_new(DELAY);
	set_clock(0);
	CHECK(near(wait_of(g, "2001:db8::1", ""), DELAY));
	set_clock(2 * DAY + HOUR);
	CHECK(near(wait_of(g, "2001:db8::2", ""), DELAY));
	set_clock(2 * DAY + HOUR + DELAY);
	CHECK(wait_of(g, "2001:db8::3", "") == 0);
	CHECK(near(wait_of(g, "2001:db8:0:1::3", ""), DELAY));
	/* a clock that is set back keeps nobody out for ever */
	set_clock(0);
	CHECK(near(wait_of(g, "2001:db8:0:1::3", ""), DELAY));
	set_clock(DELAY);
	CHECK(wait_of(g, "2001:db8:0:1::3", "") == 0);
	greylist_free(g);
}

static size_t news_of(struct greylist *g, struct arena *a, struct greylist_news **x)
{
	size_t n;
	greylist_news(g, GREYLIST_PASSED, a, x, &n);
	return n;
}

static void pass(struct greylist *g, const char *ip, int at)
{
	set_clock(at);
	wait_of(g, ip, "a@x.example");
	set_clock(at + DELAY);
	CHECK(wait_of(g, ip, "a@x.example") == 0);
}

/* A network is told when it passes and then once a day, until it is written. */
static void test_news(void)
{
	ARENA(a);
	struct greylist *g = greylist_new(DELAY);
	struct greylist_news *x;
	set_clock(0);
	wait_of(g, "192.0.2.1", "a@x.example");
	CHECK(news_of(g, a, &x) == 0); /* it waits */
	pass(g, "192.0.2.1", 0);
	CHECK(wait_of(g, "192.0.2.9", "b@x.example") == 0);
	pass(g, "2001:db8::1", DELAY);
	CHECK(news_of(g, a, &x) == 2 && str_eq(x[0].key, STR("192.0.2.0"))
	      && str_eq(x[1].key, STR("2001:db8::")));
	CHECK(x[1].at - x[0].at >= DELAY);
	CHECK(news_of(g, a, &x) == 2); /* not written yet */
	pass(g, "198.51.100.7", HOUR);
	greylist_written(g, GREYLIST_PASSED, 2); /* one came in between */
	CHECK(news_of(g, a, &x) == 1 && str_eq(x[0].key, STR("198.51.100.0")));
	greylist_written(g, GREYLIST_PASSED, 1);
	set_clock(DAY / 2);
	CHECK(wait_of(g, "192.0.2.1", "c@x.example") == 0 && news_of(g, a, &x) == 0);
	set_clock(DAY + HOUR);
	CHECK(wait_of(g, "192.0.2.1", "c@x.example") == 0 && news_of(g, a, &x) == 1);
	greylist_free(g);
}

/* After a restart: what was written is known for as long as it would have been. */
static void test_restored(void)
{
	ARENA(a);
	struct greylist *g = greylist_new(DELAY);
	struct greylist_news *x;
	set_clock(0);
	greylist_restore(g, GREYLIST_PASSED, STR("192.0.2.0"), clock_now() - 34 * DAY);
	greylist_restore(g, GREYLIST_PASSED, STR("198.51.100.0"), clock_now() - 36 * DAY);
	CHECK(wait_of(g, "192.0.2.77", "a@x.example") == 0);
	CHECK(near(wait_of(g, "198.51.100.7", "a@x.example"), DELAY));
	CHECK(news_of(g, a, &x) == 1 && str_eq(x[0].key, STR("192.0.2.0")));
	greylist_free(g);
}

/* What waits goes on waiting, from when it was first tried. */
static void test_waits_on(void)
{
	ARENA(a);
	struct greylist *g = greylist_new(DELAY), *after = greylist_new(DELAY);
	struct greylist_news *x;
	size_t n;
	set_clock(0);
	wait_of(g, "192.0.2.1", "a@x.example");
	wait_of(g, "192.0.2.1", "b@x.example");
	wait_of(g, "192.0.2.1", "a@x.example"); /* told once */
	greylist_news(g, GREYLIST_TRIED, a, &x, &n);
	CHECK(n == 2 && !str_find(x[0].key, STR("x.example")).n && x[0].key.n == 32);
	for (size_t i = 0; i < n; i++)
		greylist_restore(after, GREYLIST_TRIED, x[i].key, x[i].at);
	greylist_written(g, GREYLIST_TRIED, n);
	set_clock(100);
	CHECK(near(wait_of(after, "192.0.2.1", "A@x.example"), DELAY - 100));
	CHECK(near(wait_of(after, "192.0.2.1", "c@x.example"), DELAY));
	greylist_news(after, GREYLIST_TRIED, a, &x, &n);
	CHECK(n == 1); /* what was restored is written */
	set_clock(DELAY);
	CHECK(wait_of(after, "192.0.2.1", "b@x.example") == 0);
	set_clock(3 * DAY);
	CHECK(near(wait_of(g, "192.0.2.1", "a@x.example"), DELAY));
	greylist_news(g, GREYLIST_TRIED, a, &x, &n);
	CHECK(n == 1); /* anew */
	greylist_free(g);
	greylist_free(after);
}

int main(void)
{
	char path[] = "/tmp/postern-clock-XXXXXX";
	clock_fd = mkstemp(path);
	set_clock(0);
	setenv("POSTERN_CLOCK", path, 1);
	test_waits();
	test_too_late();
	test_news();
	test_restored();
	test_waits_on();
	unlink(path);
	return check_done();
}
