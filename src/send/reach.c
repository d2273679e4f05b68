#include "send/reach.h"

#include "base/mem.h"
#include "net/recent.h"
#include "send/pace.h"

#include <pthread.h>
#include <stdlib.h>

enum { AGAIN_MS = 1000 };

struct reach {
	pthread_mutex_t lock;
	struct recent *dead;
};

struct death {
	unsigned failures; /* in a row */
	int64_t until;
	bool probed; /* one was let through */
};

struct reach *reach_new(void)
{
	struct reach *r = mem_zero(sizeof *r);
	pthread_mutex_init(&r->lock, NULL);
	r->dead = recent_new(REACH_MOST, sizeof(struct death), NULL);
	return r;
}

void reach_free(struct reach *r)
{
	recent_free(r->dead);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static str key_of(const struct hop *hop)
{
	return hop->path.n ? hop->path
			   : (str){ (const char *)&hop->addr.ss, hop->addr.len };
}

bool reach_may_dial(struct reach *r, const struct hop *hop, int64_t now, int64_t *until)
{
	bool may = true;
	if (hop->own)
		return true;
	pthread_mutex_lock(&r->lock);
	struct death *d = recent_get(r->dead, key_of(hop));
	if (d && pace_is_before(now, d->until)) {
		may = false;
		*until = d->probed && now + AGAIN_MS < d->until ? now + AGAIN_MS
								: d->until;
	} else if (d) {
		d->until = now + REACH_PROBE_MS;
		d->probed = true;
	}
	pthread_mutex_unlock(&r->lock);
	return may;
}

/* Several that failed at one time are one failure, as in pace.h. */
void reach_told(struct reach *r, const struct hop *hop, int64_t now, bool reached)
{
	if (hop->own)
		return;
	pthread_mutex_lock(&r->lock);
	if (reached) {
		recent_remove(r->dead, key_of(hop));
	} else {
		struct death *d = recent_get(r->dead, key_of(hop));
		if (!d)
			d = recent_add(r->dead, key_of(hop));
		if (d->probed || !pace_is_before(now, d->until)) {
			d->failures++;
			d->until = now + pace_pause(d->failures);
		}
		d->probed = false;
	}
	pthread_mutex_unlock(&r->lock);
}

void reach_let_go(struct reach *r, const struct hop *hop, int64_t now)
{
	if (hop->own)
		return;
	pthread_mutex_lock(&r->lock);
	struct death *d = recent_get(r->dead, key_of(hop));
	if (d && d->probed) {
		d->probed = false;
		d->until = now;
	}
	pthread_mutex_unlock(&r->lock);
}
