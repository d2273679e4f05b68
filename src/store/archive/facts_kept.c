#include "store/archive/facts_kept.h"

#include "base/mem.h"

#include <pthread.h>
#include <string.h>

enum {
	PLACES = 4096,
	LOCKS = 16, /* neighbours have different ones */
	OCTETS = FACTS_BLOCK * FACT_OCTETS,
};

struct place {
	int64_t block, made;
	unsigned char *bytes; /* NULL: nothing was ever kept here */
};

static struct place places[PLACES];
static pthread_mutex_t locks[LOCKS] = {
	PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER,
};

static struct place *place_of(int64_t block)
{
	return &places[(uint64_t)block % PLACES];
}

static pthread_mutex_t *lock_of(int64_t block)
{
	return &locks[(uint64_t)block % LOCKS];
}

bool facts_kept(int64_t block, int64_t made, unsigned char bytes[OCTETS])
{
	const struct place *p = place_of(block);
	pthread_mutex_lock(lock_of(block));
	bool found = p->bytes && p->block == block && p->made == made;
	if (found)
		memcpy(bytes, p->bytes, OCTETS);
	pthread_mutex_unlock(lock_of(block));
	return found;
}

void facts_keep(int64_t block, int64_t made, const unsigned char bytes[OCTETS])
{
	struct place *p = place_of(block);
	pthread_mutex_lock(lock_of(block));
	if (!p->bytes)
		p->bytes = mem_alloc(OCTETS);
	p->block = block;
	p->made = made;
	memcpy(p->bytes, bytes, OCTETS);
	pthread_mutex_unlock(lock_of(block));
}
