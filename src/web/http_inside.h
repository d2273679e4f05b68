/* web/http_inside.h: what http.c (threads, workers, the public calls), loop.c and
 * connection.c (libevent, nowhere else) share. */
#pragma once

#include "web/exchange.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

struct listener {
	int fd;
	struct tls *tls; /* NULL: plain */
};

struct http {
	struct http_options options; /* with defaults filled in */
	struct pool *pool;
	struct listener *listeners;
	size_t listener_count;
	struct loop **loops;
	pthread_t *ids;
	unsigned started;    /* loops that run */
	sem_t first_is_made; /* options.first's page */
	atomic_bool draining;
	atomic_llong drain_deadline;
	struct { /* bodies beyond HTTP_BODY_MAX that are being taken or read */
		pthread_mutex_t lock;
		struct {
			bool taken;
			int64_t person;
		} at[HTTP_LARGE_AT_ONCE];
	} large;
	atomic_ullong connections, requests, refused, failed, busy, open;
};

/* A place among them: 1 and up; 0 where others have them all, or the person has one. */
int http_large_take(struct http *h, int64_t person);
void http_large_leave(struct http *h, int place);

struct loop {
	struct http *http;
	struct event_base *base;
	struct event *wake, *tick, **accepting;
	struct accept_at *accept_at; /* an argument for each of accepting */
	int wake_fd;
	bool paused; /* accepting, for want of descriptors */
	struct connection *connections;
	struct exchange *_Atomic returned; /* from workers, newest first */
};

struct accept_at {
	struct loop *loop;
	const struct listener *listener;
};

/* ERR_IO: no event base or no eventfd. */
MUST_USE err loop_new(struct http *h, struct loop **loop);
void *loop_run(void *loop); /* a thread: until drained */
void loop_wake(struct loop *l);

/* From a worker: the exchange goes back to the loop that owns it. */
void loop_return(struct loop *l, struct exchange *x);
void loop_free(struct loop *l);
