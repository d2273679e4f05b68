/* The engine as a whole: its parts begin and end here. */
#include "send/sender_inside.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

#include <stdlib.h>

enum { BRIEF_MS = 50 };

err sender_start(struct arena *a, const struct sender_conf *conf, struct sender **out)
{
	struct sender *s = mem_zero(sizeof *s);
	s->conf = conf->conf;
	s->mac = conf->mac;
	s->resolver = conf->resolver;
	s->tls = conf->tls;
	s->sealer = conf->sealer;
	s->rules = (struct tls_rules){ conf->conf, conf->resolver, conf->sts,
				       conf->sts_ctx };
	s->told = conf->told;
	s->told_ctx = conf->told_ctx;
	s->slow_ms = conf->slow_ms ? conf->slow_ms : PACE_SLOW_MS;
	s->brief_ms = conf->brief_ms ? conf->brief_ms : BRIEF_MS;
	s->outcomes_most = conf->outcomes_most;
	s->dial_own = conf->dial_own;
	s->ctx = conf->ctx;
	s->wanting_last = &s->wanting;
	pthread_mutex_init(&s->lock, NULL);
	thread_cond_init(&s->work);
	s->reach = reach_new();
	TRY(committer_start(a, s));
	TRY(letters_open(a, s->conf->site_data, &s->letters));
	TRY(dispatcher_start(a, s));
	*out = s;
	return OK;
}

void sender_wake(struct sender *s)
{
	pthread_mutex_lock(&s->lock);
	s->woken = true;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
}

static size_t count_sessions(struct sender *s)
{
	pthread_mutex_lock(&s->lock);
	for (struct map_slot *x = NULL; (x = map_next(&s->destinations, x));)
		pthread_cond_broadcast(&((struct destination *)x->value)->some);
	size_t n = s->sessions;
	pthread_mutex_unlock(&s->lock);
	return n;
}

static void sender_free(struct sender *s)
{
	committer_free(s->committer);
	destinations_free(s);
	letters_close(s->letters);
	flight_free(&s->flight);
	reach_free(s->reach);
	pthread_cond_destroy(&s->work);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Sessions finish the copy they are at; what waits stays in the book. A session that
 * the deadline cuts off still has its memory: the process ends soon. */
void sender_stop(struct sender *s, int64_t deadline)
{
	atomic_store(&s->stopping, true);
	sender_wake(s);
	pthread_join(s->dispatcher, NULL); /* it begins sessions and tells outcomes */
	while (count_sessions(s) && clock_mono_ms() < deadline)
		thread_sleep(20);
	committer_stop(s);
	if (!count_sessions(s))
		sender_free(s);
}
