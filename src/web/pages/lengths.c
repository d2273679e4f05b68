#include "web/pages/lengths.h"

#include "base/mem.h"
#include "net/recent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MONTHS = 16384 }; /* two megabytes when all are there */

struct length {
	int64_t posts, changes, octets;
};

struct lengths {
	pthread_mutex_t lock;
	struct recent *months;
};

struct lengths *lengths_new(void)
{
	struct lengths *l = mem_zero(sizeof *l);
	l->months = recent_new(MONTHS, sizeof(struct length), NULL);
	pthread_mutex_init(&l->lock, NULL);
	return l;
}

void lengths_free(struct lengths *l)
{
	if (!l)
		return;
	recent_free(l->months);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

struct key {
	int64_t list, since, month;
};

/* With the lock held; NULL: it is not there. */
static struct length *find(struct lengths *l, const struct month_file *m, bool add)
{
	struct key k = { m->list, m->since,
			 ((int64_t)m->year * 12 + m->month) * 2 + m->hidden };
	str key = { (const char *)&k, sizeof k };
	struct length *x = recent_get(l->months, key);
	return x || !add ? x : recent_add(l->months, key);
}

bool lengths_find(struct lengths *l, const struct month_file *m, int64_t *octets)
{
	pthread_mutex_lock(&l->lock);
	const struct length *x = find(l, m, false);
	bool known = x && x->posts == m->posts && x->changes == m->changes;
	if (known)
		*octets = x->octets;
	pthread_mutex_unlock(&l->lock);
	return known;
}

void lengths_set(struct lengths *l, const struct month_file *m, int64_t octets)
{
	pthread_mutex_lock(&l->lock);
	*find(l, m, true) = (struct length){ m->posts, m->changes, octets };
	pthread_mutex_unlock(&l->lock);
}
