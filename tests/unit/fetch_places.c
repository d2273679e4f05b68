/* Places at strangers' web servers: who comes first has one first, a network has its
 * share, and a slow server gives its place up once somebody waits. */
#include "net/fetch_places.h"

#include "base/clock.h"
#include "base/thread.h"
#include "tests/check.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 4, OF_NETWORK = 2, FAIR_MS = 60 };

static struct fetch_places *places;
static struct fetch_place holder[MOST];

static struct net_addr ip(const char *text)
{
	struct net_addr addr = { 0 };
	if (net_parse_ip(str_from(text), &addr).kind) /* of any thread */
		abort();
	return addr;
}

static bool enter(struct fetch_place *mine, const char *text, int64_t ms)
{
	struct net_addr addr = ip(text);
	return fetch_places_enter(places, mine, &addr, clock_mono_ms() + ms);
}

struct waiting {
	pthread_t id;
	struct fetch_place place;
	const char *ip;
	atomic_int came; /* 0: it waits */
};

static atomic_int turn;

static void *wait_long(void *arg)
{
	struct waiting *w = arg;
	if (enter(&w->place, w->ip, 60000))
		atomic_store(&w->came, atomic_fetch_add(&turn, 1) + 1);
	return arg;
}

static void start(struct waiting *w, const char *text)
{
	*w = (struct waiting){ .ip = text };
	CHECK(!thread_start_joinable(&w->id, wait_long, w).kind);
	thread_sleep(300); /* the order is what is tested */
}

static void shares(void)
{
	static const struct {
		const char *ip;
		bool in;
	} cases[] = {
		{ "192.0.2.1", true },     { "192.0.2.200", true },
		{ "192.0.2.3", false }, /* its network has two */
		{ "2001:db8::1", true },   { "2001:db8:0:ffff::1", true },
		{ "198.51.100.1", false }, /* all four are taken */
	};
	size_t n = 0;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fetch_place refused;
		CHECK(enter(cases[i].in ? &holder[n++] : &refused, cases[i].ip, 10)
		      == cases[i].in);
	}
}

/* Nobody waits: a slow server may have its place as long as it likes. */
static void alone(void)
{
	thread_sleep(FAIR_MS + 20);
	for (size_t i = 0; i < MOST; i++)
		CHECK(!fetch_places_spent(places, &holder[i]));
}

static void waiting_ones(void)
{
	struct waiting same, first, second;
	start(&same, "192.0.2.9");
	/* In its way stand its neighbours alone, the older one first. */
	CHECK(fetch_places_spent(places, &holder[0]));
	for (size_t i = 1; i < MOST; i++)
		CHECK(!fetch_places_spent(places, &holder[i]));
	start(&first, "198.51.100.1");
	start(&second, "203.0.113.1");
	fetch_places_leave(places, &holder[2]);
	pthread_join(first.id, NULL); /* who came before may not have it */
	CHECK(atomic_load(&first.came) == 1);
	CHECK(!atomic_load(&same.came) && !atomic_load(&second.came));
	CHECK(!fetch_places_spent(places, &first.place)); /* it has just come */
	fetch_places_leave(places, &holder[0]);
	pthread_join(same.id, NULL); /* first come, first served */
	CHECK(atomic_load(&same.came) == 2 && !atomic_load(&second.came));
	CHECK(fetch_places_spent(places, &holder[1]));
	fetch_places_leave(places, &holder[1]);
	pthread_join(second.id, NULL);
	CHECK(atomic_load(&second.came) == 3);
	thread_sleep(FAIR_MS + 20);
	CHECK(!fetch_places_spent(places, &holder[3])); /* nobody waits any more */
	fetch_places_leave(places, &holder[3]);
	fetch_places_leave(places, &same.place);
	fetch_places_leave(places, &first.place);
	fetch_places_leave(places, &second.place);
}

/* Of a crowd that never lets go by itself all get their turn, and so does a stranger. */
static atomic_int come; /* so many of the crowd */

static void *be_slow(void *arg)
{
	struct fetch_place mine;
	char text[32];
	snprintf(text, sizeof text, "10.0.%d.1", *(int *)arg % 8);
	atomic_fetch_add(&come, 1);
	if (!enter(&mine, text, 60000))
		return NULL;
	while (!fetch_places_spent(places, &mine))
		thread_sleep(2);
	fetch_places_leave(places, &mine);
	return arg;
}

static void crowd(void)
{
	enum { CROWD = 24 };
	pthread_t id[CROWD];
	int numbers[CROWD], served = 0;
	struct fetch_place mine;
	for (int i = 0; i < CROWD; i++) {
		numbers[i] = i;
		CHECK(!thread_start_joinable(&id[i], be_slow, &numbers[i]).kind);
	}
	while (atomic_load(&come) < CROWD)
		thread_sleep(1);
	thread_sleep(300); /* all stand in line: who comes last asks the others to go */
	CHECK(enter(&mine, "198.51.100.7", (CROWD / MOST + 3) * (FAIR_MS + 1000)));
	fetch_places_leave(places, &mine);
	struct fetch_place last[MOST]; /* so that the last ones are asked to go, too */
	static const char *const ips[MOST] = { "1.0.0.1", "2.0.0.1", "3.0.0.1",
					       "4.0.0.1" };
	for (size_t i = 0; i < MOST; i++)
		CHECK(enter(&last[i], ips[i], 60000));
	for (int i = 0; i < CROWD; i++) {
		void *got;
		pthread_join(id[i], &got);
		served += got != NULL;
	}
	CHECK(served == CROWD);
	for (size_t i = 0; i < MOST; i++)
		fetch_places_leave(places, &last[i]);
}

int main(void)
{
	places = fetch_places_new(MOST, OF_NETWORK, FAIR_MS);
	shares();
	alone();
	waiting_ones();
	crowd();
	fetch_places_free(places);
	return check_done();
}
