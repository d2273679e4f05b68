#include "base/helper.h"

#include "base/mem.h"
#include "base/thread.h"

#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>

struct helper {
	pthread_mutex_t taken; /* by who started it, until it ends */
	sem_t begin, ended;
	pthread_t thread;
	cpu_set_t all; /* where the process may run */
	int away_from; /* the processor it keeps off */
	void (*fn)(void *arg);
	void *arg;
};

static void wait_for(sem_t *s)
{
	while (sem_wait(s))
		; /* EINTR */
}

static void *run(void *arg)
{
	struct helper *h = arg;
	for (;;) {
		wait_for(&h->begin);
		h->fn(h->arg);
		sem_post(&h->ended);
	}
	return NULL;
}

struct helper *helper_new(void)
{
	struct helper *h = mem_zero(sizeof *h);
	pthread_mutex_init(&h->taken, NULL);
	sem_init(&h->begin, 0, 0);
	sem_init(&h->ended, 0, 0);
	h->away_from = -1;
	if (!sched_getaffinity(0, sizeof h->all, &h->all) && CPU_COUNT(&h->all) > 1
	    && !thread_start_joinable(&h->thread, run, h).kind)
		return h;
	free(h);
	return NULL;
}

/* The kernel likes to wake a thread where its waker runs, who is about to run on. */
static void keep_off(struct helper *h, int cpu)
{
	cpu_set_t others = h->all;
	if (cpu < 0 || cpu == h->away_from)
		return;
	CPU_CLR((size_t)cpu, &others);
	if (!pthread_setaffinity_np(h->thread, sizeof others, &others))
		h->away_from = cpu;
}

bool helper_start(struct helper *h, void (*fn)(void *arg), void *arg)
{
	if (!h || pthread_mutex_trylock(&h->taken))
		return false;
	h->fn = fn;
	h->arg = arg;
	keep_off(h, sched_getcpu());
	sem_post(&h->begin);
	return true;
}

bool helper_end(struct helper *h)
{
	bool begun = sem_trywait(&h->begin);
	if (begun)
		wait_for(&h->ended);
	pthread_mutex_unlock(&h->taken);
	return begun;
}
