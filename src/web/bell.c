#include "web/bell.h"

#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>

struct bell {
	pthread_mutex_t lock;
	pthread_cond_t rang;
	uint64_t rings;
	unsigned inside, most;
};

struct bell *bell_new(unsigned most)
{
	struct bell *b = mem_zero(sizeof *b);
	pthread_mutex_init(&b->lock, NULL);
	thread_cond_init(&b->rang);
	b->most = most;
	return b;
}

void bell_free(struct bell *b)
{
	if (!b)
		return;
	pthread_cond_destroy(&b->rang);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

bool bell_enter(struct bell *b)
{
	pthread_mutex_lock(&b->lock);
	bool fits = b->inside < b->most;
	b->inside += fits;
	pthread_mutex_unlock(&b->lock);
	return fits;
}

void bell_leave(struct bell *b)
{
	pthread_mutex_lock(&b->lock);
	b->inside--;
	pthread_mutex_unlock(&b->lock);
}

uint64_t bell_heard(struct bell *b)
{
	pthread_mutex_lock(&b->lock);
	uint64_t rings = b->rings;
	pthread_mutex_unlock(&b->lock);
	return rings;
}

void bell_wait(struct bell *b, uint64_t heard, int64_t deadline)
{
	pthread_mutex_lock(&b->lock);
	while (b->rings == heard && thread_wait_until(&b->rang, &b->lock, deadline))
		;
	pthread_mutex_unlock(&b->lock);
}

void bell_ring(struct bell *b)
{
	pthread_mutex_lock(&b->lock);
	b->rings++;
	pthread_mutex_unlock(&b->lock);
	pthread_cond_broadcast(&b->rang);
}
