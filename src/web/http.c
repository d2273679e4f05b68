#include "web/http_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	QUEUE = 1000,
	WORKERS = HTTP_WORKERS,
	LOOPS_MAX = 16,
	KEPT = 8 * 1024 * 1024,  /* octets: a long thread as a page takes so much */
	READY = 6 * 1024 * 1024, /* what one of 150 posts takes */
};

static void fill_defaults(struct http_options *o)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (!o->loops)
		o->loops = cores < 1           ? 1
			   : cores > LOOPS_MAX ? LOOPS_MAX
					       : (unsigned)cores;
	if (!o->workers)
		o->workers = WORKERS;
	if (!o->queue)
		o->queue = QUEUE;
	if (!o->head_ms)
		o->head_ms = 10000;
	if (!o->idle_ms)
		o->idle_ms = 30000;
	if (!o->body_ms)
		o->body_ms = 10000;
	if (!o->send_ms)
		o->send_ms = 30000;
}

/* ---- large bodies */

int http_large_take(struct http *h, int64_t person)
{
	int free_place = 0;
	bool has_one = false;
	pthread_mutex_lock(&h->large.lock);
	for (int i = 0; i < HTTP_LARGE_AT_ONCE; i++)
		if (!h->large.at[i].taken)
			free_place = i + 1;
		else
			has_one = has_one || (person && h->large.at[i].person == person);
	int place = has_one ? 0 : free_place;
	if (place) {
		h->large.at[place - 1].taken = true;
		h->large.at[place - 1].person = person;
	}
	pthread_mutex_unlock(&h->large.lock);
	return place;
}

void http_large_leave(struct http *h, int place)
{
	pthread_mutex_lock(&h->large.lock);
	h->large.at[place - 1].taken = false;
	pthread_mutex_unlock(&h->large.lock);
}

/* ---- workers */

/* In a worker, of the exchange that no loop owns. */
static void make_first(struct http *h, struct exchange *x)
{
	x->request = (struct request){ .arena = x->arena, .method = GET };
	x->response = (struct response){ .arena = x->arena, .status = 200 };
	mem_ready(READY);
	h->options.first(h->options.ctx, &x->request, &x->response);
	sem_post(&h->first_is_made);
}

/* In a worker. */
static void run(struct pool_job *job)
{
	struct exchange *x = (struct exchange *)job;
	struct http *h = x->server;
	if (!x->loop) {
		make_first(h, x);
		return;
	}
	int64_t before = clock_cpu_us();
	if (x->piece) {
		exchange_sink(x, &h->options);
	} else if (x->response.stream) {
		exchange_piece(x);
	} else {
		exchange_page(x, &h->options, &h->draining);
		if (x->response.status >= 500)
			atomic_fetch_add(&h->failed, 1);
	}
	if (h->options.spent)
		h->options.spent(h->options.ctx, &x->request, clock_cpu_us() - before,
				 exchange_octets(x));
	loop_return(x->loop, x);
}

err http_new(const struct http_options *options, struct http **h)
{
	struct http *new = mem_zero(sizeof *new);
	new->options = *options;
	fill_defaults(&new->options);
	sem_init(&new->first_is_made, 0, 0);
	pthread_mutex_init(&new->large.lock, NULL);
	mem_keep(KEPT);
	mem_share();
	err e = pool_new(new->options.workers, new->options.queue, run, &new->pool);
	if (e.kind) {
		pthread_mutex_destroy(&new->large.lock);
		free(new);
		return e;
	}
	new->loops = mem_zero(new->options.loops * sizeof(struct loop *));
	new->ids = mem_zero(new->options.loops * sizeof(pthread_t));
	*h = new;
	return OK;
}

void http_listen(struct http *h, int fd, struct tls *tls)
{
	h->listeners = mem_grow(h->listeners,
				(h->listener_count + 1) * sizeof *h->listeners);
	h->listeners[h->listener_count++] = (struct listener){ .fd = fd, .tls = tls };
}

static void wait_for_first(struct http *h)
{
	struct exchange *x = exchange_new();
	x->server = h;
	pool_put_more(h->pool, &x->job);
	while (sem_wait(&h->first_is_made))
		; /* a signal came */
	exchange_free(x);
}

err http_start(struct http *h)
{
	signal(SIGPIPE, SIG_IGN); /* libevent and OpenSSL write to closed sockets */
	if (h->options.first)
		wait_for_first(h);
	for (unsigned i = 0; i < h->options.loops; i++) {
		TRY(loop_new(h, &h->loops[i]));
		TRY(thread_start_joinable(&h->ids[i], loop_run, h->loops[i]));
		h->started++;
	}
	return OK;
}

void http_drain(struct http *h, int64_t deadline)
{
	atomic_store(&h->drain_deadline, deadline);
	atomic_store(&h->draining, true);
	for (unsigned i = 0; i < h->started; i++)
		loop_wake(h->loops[i]);
	for (unsigned i = 0; i < h->started; i++)
		pthread_join(h->ids[i], NULL);
	h->started = 0;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	http_drain(h, clock_mono_ms());
	pool_free(h->pool);
	for (unsigned i = 0; i < h->options.loops; i++)
		loop_free(h->loops[i]);
	free(h->loops);
	free(h->ids);
	free(h->listeners);
	pthread_mutex_destroy(&h->large.lock);
	free(h);
}

struct http_counts http_counts(struct http *h)
{
	return (struct http_counts){
		.connections = atomic_load(&h->connections),
		.requests = atomic_load(&h->requests),
		.refused = atomic_load(&h->refused),
		.failed = atomic_load(&h->failed),
		.busy = atomic_load(&h->busy),
		.open = atomic_load(&h->open),
	};
}
