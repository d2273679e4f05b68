/* How fast a destination is served: sessions at once, pauses, servers that are not
 * dialled again, and when what failed comes back. */
#include "send/pace.h"
#include "send/reach.h"
#include "send/retry.h"

#include "tests/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* A story: g a good answer, b a bad one, f a failure; one second passes each. */
static void test_sessions(void)
{
	static const struct {
		const char *story;
		size_t limit, want;
		bool closed;
	} cases[] = {
		{ "", 10, 2, false },
		{ "", 1, 1, false },
		{ "g", 10, 2, false },
		{ "gg", 10, 3, false },    /* one cohort of two */
		{ "gggg", 10, 3, false },  /* and two of the next three */
		{ "ggggg", 10, 4, false }, /* and the third */
		{ "ggggggggggggggggggggggggggggggggggggggggggg", 10, 9, false },
		{ "ggggggggggggggggggggggggggggggggggggggggggggggggggggggg", 10, 10,
		  false },
		{ "gggggggggggggggggggggggggggggggggggggg", 4, 4, false },
		{ "b", 10, 1, false },
		{ "bbbb", 10, 1, false },
		{ "gggggb", 10, 2, false },  /* half of four */
		{ "gggggbg", 10, 2, false }, /* what was good before counts no more */
		{ "gggggbgg", 10, 3, false },
		{ "f", 10, 1, true },
		{ "f ", 10, 1, false },    /* two seconds */
		{ "f  f  ", 10, 1, true }, /* then four */
		{ "f  f   ", 10, 1, false },
		{ "ff ", 10, 1, false },   /* those who fail at one time fail once */
		{ "f  fg", 10, 2, false }, /* it answers: all is forgotten */
		{ "f  fgf  ", 10, 1, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pace p = { 0 };
		int64_t now = 1000000;
		for (const char *c = cases[i].story; *c; c++, now += 1000) {
			if (*c == 'g')
				pace_good(&p, 1, cases[i].limit);
			else if (*c == 'b')
				pace_bad(&p);
			else if (*c == 'f')
				pace_failed(&p, now);
		}
		bool right = pace_most(&p, cases[i].limit) == cases[i].want
			     && pace_is_closed(&p, now) == cases[i].closed;
		if (!right)
			fprintf(stderr, "  \"%s\": %zu sessions\n", cases[i].story,
				pace_most(&p, cases[i].limit));
		CHECK(right);
	}
}

static void test_good(void)
{
	struct pace p = { 0 };
	CHECK(!pace_good(&p, 1, 10) && pace_good(&p, 1, 10));
	CHECK(pace_good(&p, 1000, 10) && pace_most(&p, 10) == 10);
	CHECK(!pace_good(&p, 1000, 10));
	CHECK(pace_most(&p, 3) == 3); /* somebody lowered the limit */
	pace_bad(&p);
	CHECK(pace_most(&p, 10) == 5);
}

static void test_pauses(void)
{
	static const struct {
		unsigned failures;
		int64_t want;
	} cases[] = { { 1, 2000 },  { 2, 4000 },  { 3, 8000 },           { 5, 32000 },
		      { 6, 60000 }, { 9, 60000 }, { 4000000000, 60000 }, { 0, 2000 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(pace_pause(cases[i].failures) == cases[i].want);
	CHECK(pace_is_before(10, 11) && !pace_is_before(11, 11));
	/* The clock was set back by an hour. */
	CHECK(!pace_is_before(1000, 3601000));
}

static struct hop at(const char *ip, unsigned port)
{
	struct hop h = { .name = STR("mx.test") };
	struct sockaddr_in *in = (struct sockaddr_in *)&h.addr.ss;
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	inet_pton(AF_INET, ip, &in->sin_addr);
	h.addr.len = sizeof *in;
	return h;
}

static void test_reach(void)
{
	struct hop dead = at("192.0.2.1", 25), other = at("192.0.2.1", 26),
		   local = { .path = STR("/run/lmtp"), .lmtp = true },
		   own = { .own = true };
	struct reach *r = reach_new();
	int64_t until = 0;
	CHECK(reach_may_dial(r, &dead, 0, &until));
	reach_told(r, &dead, 0, false);
	reach_told(r, &dead, 1, false); /* it was dialled at the same time */
	CHECK(!reach_may_dial(r, &dead, 1999, &until) && until == 2000);
	CHECK(reach_may_dial(r, &other, 1999, &until));
	/* One is let through and the others wait for it, but not for ever. */
	CHECK(reach_may_dial(r, &dead, 2000, &until));
	CHECK(!reach_may_dial(r, &dead, 2001, &until) && until == 3001);
	CHECK(!reach_may_dial(r, &dead, 36500, &until) && until == 2000 + REACH_PROBE_MS);
	/* Who was let through and did not dial keeps nobody out. */
	reach_let_go(r, &dead, 2500);
	CHECK(reach_may_dial(r, &dead, 2500, &until));
	reach_let_go(r, &other, 2500);
	CHECK(reach_may_dial(r, &other, 2500, &until));
	reach_told(r, &dead, 3000, false);
	CHECK(!reach_may_dial(r, &dead, 6999, &until) && until == 7000);
	CHECK(reach_may_dial(r, &dead, 7000, &until));
	CHECK(reach_may_dial(r, &dead, 7000 + REACH_PROBE_MS, &until));
	reach_told(r, &dead, 50000, true);
	CHECK(reach_may_dial(r, &dead, 50000, &until)
	      && reach_may_dial(r, &dead, 50000, &until));
	reach_told(r, &local, 0, false);
	CHECK(!reach_may_dial(r, &local, 1, &until));
	reach_told(r, &own, 0, false);
	CHECK(reach_may_dial(r, &own, 1, &until));
	for (unsigned port = 1; port <= REACH_MOST + 10; port++) {
		struct hop h = at("192.0.2.9", port);
		reach_told(r, &h, 60000, false);
	}
	CHECK(reach_may_dial(r, &local, 1,
			     &until)); /* bounded: the oldest is forgotten */
	reach_free(r);
}

static void test_retry(void)
{
	static const struct {
		int64_t first, attempts, want;
	} cases[] = {
		{ 300, 1, 300 },  { 300, 2, 600 },      { 300, 3, 1200 },
		{ 300, 6, 9600 }, { 300, 7, 14400 },    { 300, 1000000, 14400 },
		{ 300, 0, 300 },  { 0, 1, 1 },          { -5, 3, 4 },
		{ 1, 5, 16 },     { 100000, 1, 14400 }, { INT64_MAX, 9, 14400 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t lowest = INT64_MAX, highest = 0, want = cases[i].want;
		for (int64_t id = 1; id <= 2000; id++) {
			int64_t w = retry_wait(cases[i].first, cases[i].attempts, id);
			lowest = w < lowest ? w : lowest;
			highest = w > highest ? w : highest;
		}
		CHECK(highest == want && lowest >= want - want / 10);
		CHECK(want < 10 || lowest < want); /* they do not come back together */
		CHECK(retry_wait(300, 2, 7) == retry_wait(300, 2, 7));
	}
	for (int64_t id = 1; id <= 100; id++) {
		int64_t w = retry_greylisted(300, id);
		CHECK(w > GREYLIST_WAIT && w < GREYLIST_WAIT + 30);
		CHECK(retry_greylisted(7200, id) == w && retry_greylisted(1, id) == 1);
	}
}

static void test_greylisting(void)
{
	static const struct {
		int code;
		const char *status, *text;
		bool want;
	} cases[] = {
		{ 450, "4.2.0", "<a@b.test>: Recipient address rejected: Greylisted",
		  true },
		{ 451, "4.7.1", "Please wait", true },
		{ 451, "", "GreyListing in effect, come back later", true },
		{ 450, "4.3.0", "Graylisted, please try again in 300 seconds", true },
		{ 451, "4.3.0", "please try again later", true },
		{ 452, "4.7.1", "Please wait", false },
		{ 421, "4.7.1", "greylisted", false },
		{ 550, "5.7.1", "greylisted", false },
		{ 250, "2.0.0", "no greylisting here", false },
		{ 451, "4.3.0", "disk full", false },
		{ 450, "4.2.2", "mailbox full", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(is_greylisting(cases[i].code, str_from(cases[i].status),
				     str_from(cases[i].text))
		      == cases[i].want);
}

int main(void)
{
	test_sessions();
	test_good();
	test_pauses();
	test_reach();
	test_retry();
	test_greylisting();
	return check_done();
}
