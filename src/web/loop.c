#include "web/connection.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { ACCEPT_AT_ONCE = 8, TICK_MS = 250 };

/* ---- what workers give back */

void loop_return(struct loop *l, struct exchange *x)
{
	struct exchange *first = atomic_load_explicit(&l->returned, memory_order_relaxed);
	do
		x->next = first;
	while (!atomic_compare_exchange_weak(&l->returned, &first, x));
	if (!first)
		loop_wake(l);
}

void loop_wake(struct loop *l)
{
	uint64_t one = 1;
	while (write(l->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

static void begin_drain(struct loop *l)
{
	for (size_t i = 0; i < l->http->listener_count; i++) {
		if (l->accepting[i])
			event_free(l->accepting[i]);
		l->accepting[i] = NULL;
	}
	for (struct connection *c = l->connections, *next; c; c = next) {
		next = c->next;
		if (c->state == READING && !c->begun)
			connection_close(c);
	}
}

static void end_if_drained(struct loop *l)
{
	if (atomic_load(&l->http->draining) && !l->connections)
		event_base_loopbreak(l->base);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	uint64_t count;
	(void)what;
	if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN)
		log_error("web-wake-failed", KZ("error", strerror(errno)));
	struct exchange *x = atomic_exchange(&l->returned, NULL), *first = NULL;
	for (struct exchange *next; x; x = next) { /* oldest first */
		next = x->next;
		x->next = first;
		first = x;
	}
	for (struct exchange *next; first; first = next) {
		next = first->next;
		connection_answer(first);
	}
	if (atomic_load(&l->http->draining))
		begin_drain(l);
	end_if_drained(l);
}

/* ---- deadlines */

static void log_slow(struct connection *c)
{
	log_info("web-slow-client",
		 KS("client", net_ip_text(c->exchange->arena, &c->peer)),
		 KZ("waited-for", c->exchange->in_body ? "body" : "head"));
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	int64_t now = clock_mono_ms();
	bool draining = atomic_load(&l->http->draining);
	bool over = draining && now >= atomic_load(&l->http->drain_deadline);
	(void)fd, (void)what;
	pool_stir(l->http->pool);
	for (struct connection *c = l->connections, *next; c; c = next) {
		next = c->next;
		if (!c->bev || (c->state == WORKING && !over)
		    || (c->deadline > now && !over))
			continue;
		if (c->state == READING && c->begun)
			log_slow(c);
		connection_close(c);
	}
	for (size_t i = 0; l->paused && !draining && i < l->http->listener_count; i++)
		event_add(l->accepting[i], NULL);
	l->paused = false;
	end_if_drained(l);
}

/* ---- accepting */

/* One client too many, or all of them: told so where that costs no more. */
static void turn_away(int fd, bool tls)
{
	if (!tls)
		(void)!send(fd, exchange_busy.p, exchange_busy.n,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void pause_accepting(struct loop *l)
{
	log_error("web-no-descriptor", KZ("error", strerror(errno)),
		  KZ("do", "raise LimitNOFILE or lower the connections allowed"));
	for (size_t i = 0; i < l->http->listener_count; i++)
		event_del(l->accepting[i]);
	l->paused = true; /* until the next tick */
}

/* True: there may be another. */
static bool accept_one(struct loop *l, const struct listener *at)
{
	struct net_addr peer = { .len = sizeof peer.ss };
	int one = 1;
	int fd = accept4(at->fd, (struct sockaddr *)&peer.ss, &peer.len,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS))
		pause_accepting(l);
	if (fd < 0)
		return errno == ECONNABORTED || errno == EINTR;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	struct http_options *o = &l->http->options;
	/* a proxy on this machine stands for many clients */
	bool counted = o->limit && !(o->proxied && exchange_from_here(&peer));
	if (!counted || limit_enter(o->limit, &peer) == LIMIT_OK) {
		connection_new(l, fd, &peer, at->tls, counted);
	} else {
		atomic_fetch_add(&l->http->busy, 1);
		turn_away(fd, at->tls);
	}
	return true;
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct accept_at *at = arg;
	(void)fd, (void)what;
	for (int i = 0; i < ACCEPT_AT_ONCE; i++)
		if (!accept_one(at->loop, at->listener))
			return;
}

/* ---- the loop */

static void on_libevent_log(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_warn("web-libevent", KZ("text", text));
}

static struct event_base *new_base(void)
{
	struct event_config *config = event_config_new();
	event_set_log_callback(on_libevent_log);
	/* One thread a base; workers reach it by the eventfd alone. And no list of
	 * changes (EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST): it would take a socket out of
	 * epoll only after its close, by a number that another thread's file may bear
	 * by then. */
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

err loop_new(struct http *h, struct loop **loop)
{
	struct loop *l = mem_zero(sizeof *l);
	*loop = l;
	l->http = h;
	l->accepting = mem_zero(h->listener_count * sizeof(struct event *));
	l->accept_at = mem_zero(h->listener_count * sizeof *l->accept_at);
	l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	l->base = new_base();
	if (!l->base || l->wake_fd < 0)
		return FAIL(ERR_IO, "the web server gets no event loop: too few "
				    "descriptors?");
	l->wake = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, on_wake, l);
	l->tick = event_new(l->base, -1, EV_PERSIST, on_tick, l);
	event_add(l->wake, NULL);
	event_add(l->tick, &(struct timeval){ .tv_usec = TICK_MS * 1000 });
	for (size_t i = 0; i < h->listener_count; i++) {
		l->accept_at[i] = (struct accept_at){ l, &h->listeners[i] };
		l->accepting[i] = event_new(l->base, h->listeners[i].fd,
					    EV_READ | EV_PERSIST, on_accept,
					    &l->accept_at[i]);
		event_add(l->accepting[i], NULL);
	}
	return OK;
}

void *loop_run(void *arg)
{
	struct loop *l = arg;
	event_base_dispatch(l->base);
	event_base_loop(l->base, EVLOOP_NONBLOCK); /* closes the last sockets */
	return NULL;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->http->listener_count; i++)
		if (l->accepting[i])
			event_free(l->accepting[i]);
	if (l->wake)
		event_free(l->wake);
	if (l->tick)
		event_free(l->tick);
	if (l->base)
		event_base_free(l->base);
	fd_close(&l->wake_fd);
	free(l->accepting);
	free(l->accept_at);
	free(l);
}
