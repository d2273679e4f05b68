#include "base/thread_pool.h"

#include "base/thread.h"
#include "tests/check.h"

#include <stdatomic.h>

enum { ALL = 50 };

static _Atomic int done, inside, most;

static void work(void *arg)
{
	int now = atomic_fetch_add(&inside, 1) + 1, seen = atomic_load(&most);
	while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
		;
	for (int i = 0; arg && atomic_load(&most) < ALL && i < 10000; i++)
		thread_sleep(1);
	atomic_fetch_sub(&inside, 1);
	atomic_fetch_add(&done, 1);
}

static void wait_for(int n)
{
	for (int i = 0; i < 20000 && atomic_load(&done) < n; i++)
		thread_sleep(1);
}

/* Nothing queues behind another: fifty wait inside until all fifty are there. */
static void never_queues(struct thread_pool *c)
{
	for (int i = 0; i < ALL; i++)
		CHECK(!thread_pool_run(c, work, c).kind);
	wait_for(ALL);
	CHECK(atomic_load(&done) == ALL && atomic_load(&most) == ALL);
}

static void hands_are_used_again(struct thread_pool *c)
{
	for (int i = 0; i < 2000; i++)
		CHECK(!thread_pool_run(c, work, NULL).kind);
	wait_for(ALL + 2000);
	CHECK(atomic_load(&done) == ALL + 2000);
}

int main(void)
{
	struct thread_pool *c = thread_pool_new();
	never_queues(c);
	hands_are_used_again(c);
	return check_done();
}
