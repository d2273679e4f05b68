/* Loops and connections. This is the only file that knows libevent; evhttp is
 * not used: it takes what follows a HEAD's body for a request, accepts bare LF
 * and two Content-Lengths, and a byte a second keeps a connection for ever. */
#include "web/http_inside.h"

#include "web/blob.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	INPUT_MAX = 2 * WIRE_HEAD_MAX, /* read ahead of what was asked */
	ACCEPT_AT_ONCE = 8,
	TICK_MS = 250,
	LINGER_MS = 2000,
	RATE = 2, /* octets a millisecond that a client must take or send */
};

/* What a connection waits for. */
enum state {
	READING, /* a request, or the rest of it */
	WORKING, /* a worker has the exchange */
	SENDING,
	LINGER, /* all is sent; until the client closes: RFC 9112 section 9.6 */
};

struct connection {
	struct connection *next, **back; /* of the loop's list */
	struct loop *loop;
	struct bufferevent *bev; /* NULL: closed, but a worker has the exchange */
	enum state state;
	bool begun;       /* an octet of the request is there */
	bool input_ended; /* the client sends no more */
	bool counted;     /* by the limit */
	int64_t deadline;
	struct net_addr peer;
	struct exchange *exchange;
};

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

static void advance(struct connection *c);

/* ---- the end of a connection */

static void forget(struct connection *c)
{
	struct http *h = c->loop->http;
	if (c->next)
		c->next->back = c->back;
	*c->back = c->next;
	if (c->counted)
		limit_leave(h->options.limit, &c->peer);
	atomic_fetch_sub(&h->open, 1);
	exchange_free(c->exchange);
	free(c);
}

static void close_connection(struct connection *c)
{
	if (c->bev)
		bufferevent_free(c->bev);
	c->bev = NULL;
	if (c->state != WORKING) /* else when the worker gives the exchange back */
		forget(c);
}

/* Says that no more comes, then reads until the client has seen it: a close
 * with unread input would be a reset, which can eat the answer. */
static void linger(struct connection *c)
{
	SSL *ssl = bufferevent_openssl_get_ssl(c->bev);
	if (c->input_ended) {
		close_connection(c);
		return;
	}
	if (ssl)
		SSL_shutdown(ssl);
	shutdown(bufferevent_getfd(c->bev), SHUT_WR);
	c->state = LINGER;
	c->deadline = clock_mono_ms() + LINGER_MS;
	bufferevent_enable(c->bev, EV_READ);
}

/* ---- reading */

static void hand_over(struct connection *c)
{
	struct http *h = c->loop->http;
	c->state = WORKING;
	atomic_fetch_add_explicit(&h->requests, 1, memory_order_relaxed);
	if (pool_put(h->pool, &c->exchange->job))
		return;
	atomic_fetch_add(&h->busy, 1);
	log_warn("web-busy", KN("waiting", h->options.queue),
		 KZ("do", "look which pages are slow and why"));
	c->exchange->keep = false;
	c->state = SENDING;
	c->deadline = clock_mono_ms() + h->options.send_ms;
	bufferevent_write(c->bev, exchange_busy.p, exchange_busy.n);
}

/* The head is there, a body is to come. */
static void expect_body(struct connection *c)
{
	const struct wire_head *head = &c->exchange->head;
	if (head->expects)
		bufferevent_write(c->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	c->deadline = clock_mono_ms() + c->loop->http->options.body_ms
		      + (head->chunked ? HTTP_BODY_MAX : head->length) / RATE;
}

/* Goes as far with a request as the input allows. */
static void read_request(struct connection *c, struct evbuffer *in)
{
	struct exchange *x = c->exchange;
	enum intake got = INTAKE_BODY;
	if (!c->begun)
		c->deadline = clock_mono_ms() + c->loop->http->options.head_ms;
	c->begun = true;
	while (got == INTAKE_BODY && evbuffer_get_length(in)) {
		size_t n = evbuffer_get_length(in);
		str bytes = { (const char *)evbuffer_pullup(in, -1), n };
		got = exchange_take(x, &bytes);
		evbuffer_drain(in, n - bytes.n);
		if (got == INTAKE_BODY)
			expect_body(c);
	}
	if (got == INTAKE_DONE) {
		if (x->refused)
			atomic_fetch_add(&c->loop->http->refused, 1);
		hand_over(c);
	}
}

static void advance(struct connection *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	if (c->state == READING && evbuffer_get_length(in))
		read_request(c, in);
	else if (c->state == LINGER)
		evbuffer_drain(in, evbuffer_get_length(in));
}

/* ---- sending */

static void answer_sent(struct connection *c)
{
	struct exchange *x = c->exchange;
	if (!x->keep || atomic_load(&c->loop->http->draining)) {
		linger(c);
		return;
	}
	exchange_reset(x);
	c->state = READING;
	c->begun = false;
	c->deadline = clock_mono_ms() + c->loop->http->options.idle_ms;
	if (c->input_ended && !evbuffer_get_length(bufferevent_get_input(c->bev)))
		close_connection(c);
	else
		advance(c);
}

static void release_blob(const void *bytes, size_t n, void *blob)
{
	(void)bytes, (void)n;
	blob_unref(blob);
}

static void release_body(const void *bytes, size_t n, void *start)
{
	(void)bytes, (void)n;
	free(start);
}

/* Writes what the socket takes at once: mostly all of it, and then the loop has
 * no write to wait for. Gives how much it was. */
static size_t send_at_once(struct connection *c, str head, str body)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	struct iovec parts[2] = { { (void *)(uintptr_t)head.p, head.n },
				  { (void *)(uintptr_t)body.p, body.n } };
	if (bufferevent_openssl_get_ssl(c->bev) || evbuffer_get_length(out))
		return 0;
	ssize_t n = writev(bufferevent_getfd(c->bev), parts, 2);
	return n > 0 ? (size_t)n : 0; /* an error shows again in the loop's write */
}

/* Moves what the worker made into the output, without copying a body. */
static void send_answer(struct connection *c)
{
	struct exchange *x = c->exchange;
	struct response *r = &x->response;
	struct evbuffer *out = bufferevent_get_output(c->bev);
	str head = buf_str(&x->out), body = r->blob ? r->blob_bytes : buf_str(&r->body);
	c->state = SENDING;
	c->deadline = clock_mono_ms() + c->loop->http->options.send_ms
		      + (int64_t)(head.n + body.n) / RATE;
	size_t sent = send_at_once(c, head, body);
	size_t of_body = sent > head.n ? sent - head.n : 0;
	head = str_skip(head, sent);
	body = str_skip(body, of_body);
	evbuffer_add(out, head.p, head.n);
	if (body.n && r->blob) {
		evbuffer_add_reference(out, body.p, body.n, release_blob, r->blob);
		r->blob = NULL;
	} else if (body.n) {
		evbuffer_add_reference(out, body.p, body.n, release_body, r->body.p);
		r->body = (struct buf){ 0 };
	}
}

static void on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	advance(arg);
}

/* The output has run empty. */
static void on_write(struct bufferevent *bev, void *arg)
{
	struct connection *c = arg;
	(void)bev;
	if (c->state != SENDING)
		return; /* a 100 Continue */
	if (c->exchange->stream_state == STREAM_MORE && c->exchange->response.stream) {
		c->state = WORKING;
		pool_put_more(c->loop->http->pool, &c->exchange->job);
		return;
	}
	answer_sent(c);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct connection *c = arg;
	(void)bev;
	if (what & BEV_EVENT_CONNECTED)
		return;
	if (what & BEV_EVENT_ERROR || !(what & BEV_EVENT_EOF)) {
		close_connection(c);
		return;
	}
	c->input_ended = true; /* half closed: what was asked is still answered */
	if (c->state != WORKING && c->state != SENDING)
		close_connection(c);
}

/* ---- what workers give back */

static void take_back(struct exchange *x)
{
	struct connection *c = x->connection;
	if (!c->bev) {
		forget(c);
	} else if (x->stream_state == STREAM_FAILED) {
		c->state = SENDING;
		close_connection(c);
	} else {
		send_answer(c);
		if (!evbuffer_get_length(bufferevent_get_output(c->bev)))
			on_write(c->bev, c); /* all is sent */
	}
}

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
			close_connection(c);
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
		take_back(first);
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
	for (struct connection *c = l->connections, *next; c; c = next) {
		next = c->next;
		if (!c->bev || (c->state == WORKING && !over)
		    || (c->deadline > now && !over))
			continue;
		if (c->state == READING && c->begun)
			log_slow(c);
		close_connection(c);
	}
	for (size_t i = 0; l->paused && !draining && i < l->http->listener_count; i++)
		event_add(l->accepting[i], NULL);
	l->paused = false;
	end_if_drained(l);
}

/* ---- accepting */

static struct bufferevent *new_bufferevent(struct loop *l, int fd, struct tls *tls)
{
	if (!tls)
		return bufferevent_socket_new(l->base, fd, BEV_OPT_CLOSE_ON_FREE);
	SSL *ssl = SSL_new(tls_ctx(tls));
	if (!ssl)
		return NULL;
	struct bufferevent *bev = bufferevent_openssl_socket_new(
		l->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (!bev)
		SSL_free(ssl);
	else /* HTTP frames its messages: a missing close_notify hides nothing */
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

static void new_connection(struct loop *l, int fd, const struct net_addr *peer,
			   struct tls *tls, bool counted)
{
	struct bufferevent *bev = new_bufferevent(l, fd, tls);
	if (!bev) {
		close(fd);
		if (counted)
			limit_leave(l->http->options.limit, peer);
		return;
	}
	struct connection *c = mem_zero(sizeof *c);
	*c = (struct connection){ .loop = l,
				  .bev = bev,
				  .peer = *peer,
				  .counted = counted,
				  .next = l->connections,
				  .back = &l->connections,
				  .exchange = exchange_new(),
				  .deadline = clock_mono_ms()
					      + l->http->options.head_ms };
	if (c->next)
		c->next->back = &c->next;
	l->connections = c;
	c->exchange->server = l->http;
	c->exchange->loop = l;
	c->exchange->connection = c;
	c->exchange->client = *peer;
	c->exchange->secure = tls;
	atomic_fetch_add(&l->http->connections, 1);
	atomic_fetch_add(&l->http->open, 1);
	bufferevent_setcb(bev, on_read, on_write, on_event, c);
	bufferevent_setwatermark(bev, EV_READ, 0, INPUT_MAX);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

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
		new_connection(l, fd, &peer, at->tls, counted);
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
