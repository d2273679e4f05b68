#include "base/crew.h"

#include "base/thread.h"
#include "tests/check.h"

#include <stdatomic.h>

static _Atomic int done, inside, most;

static void work(void *arg)
{
	int now = atomic_fetch_add(&inside, 1) + 1, seen = atomic_load(&most);
	while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
		;
	thread_sleep((intptr_t)arg);
	atomic_fetch_sub(&inside, 1);
	atomic_fetch_add(&done, 1);
}

static void wait_for(int n)
{
	for (int i = 0; i < 5000 && atomic_load(&done) < n; i++)
		thread_sleep(1);
}

/* Nothing queues behind another: fifty that sleep are inside at one time. */
static void never_queues(struct crew *c)
{
	for (int i = 0; i < 50; i++)
		CHECK(!crew_run(c, work, (void *)(intptr_t)200).kind);
	wait_for(50);
	CHECK(atomic_load(&done) == 50 && atomic_load(&most) == 50);
}

static void hands_are_used_again(struct crew *c)
{
	for (int i = 0; i < 2000; i++)
		CHECK(!crew_run(c, work, NULL).kind);
	wait_for(2050);
	CHECK(atomic_load(&done) == 2050);
}

int main(void)
{
	struct crew *c = crew_new();
	never_queues(c);
	hands_are_used_again(c);
	return check_done();
}
