/* A bell that many wait for, and the pool that calls the worker of last time. */
#include "web/bell.h"

#include "base/clock.h"
#include "base/thread.h"
#include "tests/check.h"
#include "web/pool.h"

#include <stdatomic.h>

enum { WAITERS = 8, WORKERS = 32, LONG_MS = 60000 };

struct waiter {
	struct bell *bell;
	atomic_bool *there; /* what the bell tells of */
	bool saw;
	pthread_t id;
};

static void *wait_for_it(void *arg)
{
	struct waiter *w = arg;
	int64_t until = clock_mono_ms() + LONG_MS;
	for (;;) {
		uint64_t heard = bell_heard(w->bell);
		w->saw = atomic_load(w->there);
		if (w->saw || clock_mono_ms() >= until)
			return NULL;
		bell_wait(w->bell, heard, until);
	}
}

static void all_hear_one_ring(void)
{
	struct bell *bell = bell_new(WAITERS);
	atomic_bool there = false;
	struct waiter all[WAITERS];
	int64_t start = clock_mono_ms();
	for (int i = 0; i < WAITERS; i++) {
		all[i] = (struct waiter){ .bell = bell, .there = &there };
		CHECK(!thread_start_joinable(&all[i].id, wait_for_it, &all[i]).kind);
	}
	bell_ring(bell); /* nothing is there yet: they wait on */
	atomic_store(&there, true);
	bell_ring(bell);
	for (int i = 0; i < WAITERS; i++) {
		pthread_join(all[i].id, NULL);
		CHECK(all[i].saw);
	}
	CHECK(clock_mono_ms() - start < LONG_MS / 2);
	bell_free(bell);
}

static void ends_by_itself(void)
{
	struct bell *bell = bell_new(1);
	uint64_t heard = bell_heard(bell);
	int64_t start = clock_mono_ms();
	bell_wait(bell, heard, start + 20);
	CHECK(clock_mono_ms() >= start + 20 && bell_heard(bell) == heard);
	bell_ring(bell); /* before the wait: not missed */
	bell_wait(bell, heard, clock_mono_ms() + LONG_MS);
	CHECK(clock_mono_ms() < start + LONG_MS / 2 && bell_heard(bell) == heard + 1);
	bell_free(bell);
}

static void no_more_than_may(void)
{
	struct bell *bell = bell_new(2);
	CHECK(bell_enter(bell) && bell_enter(bell) && !bell_enter(bell));
	bell_leave(bell);
	CHECK(bell_enter(bell) && !bell_enter(bell));
	bell_free(bell);
}

/* ---- the pool */

static pthread_t by[100];
static atomic_int ran, inside;
static atomic_bool may_end = true;

static void job(struct pool_job *j)
{
	(void)j;
	atomic_fetch_add(&inside, 1);
	while (!atomic_load(&may_end))
		thread_sleep(1);
	int i = atomic_load(&ran);
	if (i < 100)
		by[i] = pthread_self();
	atomic_fetch_add(&ran, 1);
}

static bool comes_to(atomic_int *what, int n)
{
	int64_t until = clock_mono_ms() + LONG_MS;
	while (atomic_load(what) < n && clock_mono_ms() < until)
		thread_sleep(1);
	return atomic_load(what) >= n;
}

/* One job after the other: one worker, or two where it was not idle again in time. */
static void last_is_first(struct pool *p)
{
	struct pool_job jobs[100];
	int others = 0;
	for (int i = 0; i < 100; i++) {
		CHECK(pool_put(p, &jobs[i]) && comes_to(&ran, i + 1));
		thread_sleep(1);
	}
	for (int i = 0; i < 100; i++) {
		int known = 0;
		for (int k = 0; k < i; k++)
			known |= pthread_equal(by[i], by[k]);
		others += !known;
	}
	CHECK(others <= WORKERS / 2); /* in turn it would be all of them */
}

static void all_work(struct pool *p)
{
	struct pool_job jobs[WORKERS + 10];
	atomic_store(&inside, 0);
	atomic_store(&ran, 100);
	atomic_store(&may_end, false);
	for (int i = 0; i < WORKERS + 10; i++)
		CHECK(pool_put(p, &jobs[i]));
	CHECK(comes_to(&inside, WORKERS));
	atomic_store(&may_end, true);
	CHECK(comes_to(&ran, 100 + WORKERS + 10));
}

/* Two of them, until it is seen that they come to no end. */
static void some_work(struct pool *p)
{
	struct pool_job jobs[WORKERS];
	atomic_store(&inside, 0);
	atomic_store(&ran, 100);
	atomic_store(&may_end, false);
	for (int i = 0; i < WORKERS; i++)
		CHECK(pool_put(p, &jobs[i]));
	CHECK(comes_to(&inside, 2));
	thread_sleep(20);
	CHECK(atomic_load(&inside) == 2);
	thread_sleep(150);
	pool_stir(p);
	CHECK(comes_to(&inside, 3));
	atomic_store(&may_end, true);
	CHECK(comes_to(&ran, 100 + WORKERS));
}

static void waits(struct pool_job *j)
{
	thread_waits(true);
	job(j);
	thread_waits(false);
}

int main(void)
{
	struct pool *p;
	all_hear_one_ring();
	ends_by_itself();
	no_more_than_may();
	CHECK(!pool_new(WORKERS, WORKERS, 1000, job, &p).kind);
	last_is_first(p);
	all_work(p);
	pool_free(p);
	CHECK(!pool_new(WORKERS, 2, 1000, job, &p).kind);
	some_work(p);
	pool_free(p);
	CHECK(!pool_new(WORKERS, 2, 1000, waits, &p).kind);
	all_work(p); /* who waits does not count */
	pool_free(p);
	return check_done();
}
