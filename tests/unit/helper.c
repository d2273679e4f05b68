#include "base/helper.h"

#include "base/thread.h"
#include "tests/check.h"

#include <sched.h>
#include <stdatomic.h>

enum { ROUNDS = 2000, CALLERS = 4, PIECES = 7 };

struct heap {
	_Atomic int left, done, begun;
	int nap;
};

static void work(void *arg)
{
	struct heap *h = arg;
	h->begun = 1;
	if (h->nap)
		thread_sleep(h->nap);
	while (atomic_fetch_sub(&h->left, 1) > 0)
		atomic_fetch_add(&h->done, 1);
}

static void all_is_done(struct helper *h)
{
	int all = 0;
	for (int i = 0; i < ROUNDS; i++) {
		struct heap x = { .left = PIECES };
		CHECK(helper_start(h, work, &x));
		bool helped = helper_end(h);
		if (!helped)
			work(&x);
		all += x.done;
	}
	CHECK(all == ROUNDS * PIECES);
}

/* Once it has begun it is waited for. */
static void is_waited_for(struct helper *h)
{
	struct heap x = { .left = PIECES, .nap = 20 };
	CHECK(helper_start(h, work, &x));
	for (int i = 0; i < 10000 && !x.begun; i++)
		thread_sleep(1);
	CHECK(helper_end(h) && x.done == PIECES);
}

/* It has one thread: a second caller is told at once. */
static void busy_is_told(struct helper *h)
{
	struct heap one = { .left = PIECES }, two = { .left = PIECES };
	CHECK(helper_start(h, work, &one));
	CHECK(!helper_start(h, work, &two));
	CHECK(helper_end(h) ? one.done == PIECES : one.done == 0);
	CHECK(two.done == 0);
}

static _Atomic int missing;

static void *call(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct heap x = { .left = PIECES };
		bool helped = helper_start(arg, work, &x);
		if (!helped || !helper_end(arg))
			work(&x);
		atomic_fetch_add(&missing, x.done != PIECES);
	}
	return NULL;
}

static void many_ask(struct helper *h)
{
	pthread_t ids[CALLERS];
	for (int i = 0; i < CALLERS; i++)
		CHECK(!thread_start_joinable(&ids[i], call, h).kind);
	for (int i = 0; i < CALLERS; i++)
		pthread_join(ids[i], NULL);
	CHECK(missing == 0);
}

int main(void)
{
	struct heap x = { .left = PIECES };
	struct helper *h = helper_new();
	CHECK(!helper_start(NULL, work, &x) && x.done == 0);
	cpu_set_t all;
	CHECK(!sched_getaffinity(0, sizeof all, &all) && !h == (CPU_COUNT(&all) < 2));
	if (h) {
		all_is_done(h);
		is_waited_for(h);
		busy_is_told(h);
		many_ask(h);
	}
	return check_done();
}
