/* evhttp is not used: it takes what follows a HEAD's body for a request, accepts bare
 * LF and two Content-Lengths, and a byte a second keeps a connection for ever. */
#include "web/connection.h"

#include "web/blob.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	INPUT_MAX = 2 * WIRE_HEAD_MAX, /* read ahead of what was asked */
	LINGER_MS = 2000,
	RATE = 2,        /* octets a millisecond that a client must take or send */
	LARGE_RATE = 64, /* of a large body, whose place others want */
};

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

/* Of the piece that is under way, what is not waiting any more. */
static void count_sent(struct connection *c)
{
	struct exchange *x = c->exchange;
	size_t left = evbuffer_get_length(bufferevent_get_output(c->bev));
	if (c->state == SENDING && x->response.stream && x->in_flight > left)
		x->response.stream->sent += (int64_t)(x->in_flight - left);
	x->in_flight = 0;
}

void connection_close(struct connection *c)
{
	if (c->bev && c->state == SENDING)
		count_sent(c);
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
		connection_close(c);
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

/* So long at least as it comes fast enough: an octet now and then holds no place. */
static void pace_large(struct connection *c)
{
	const struct exchange *x = c->exchange;
	int64_t taken = x->sinks ? x->taken : (int64_t)x->body.n;
	c->deadline = c->body_at + c->loop->http->options.body_ms + taken / LARGE_RATE;
}

/* The head is there, a body is to come. */
static void expect_body(struct connection *c)
{
	const struct wire_head *head = &c->exchange->head;
	if (head->expects)
		bufferevent_write(c->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	c->deadline = clock_mono_ms() + c->loop->http->options.body_ms
		      + (head->chunked ? HTTP_BODY_MAX : head->length) / RATE;
	c->body_at = clock_mono_ms();
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
	if (got != INTAKE_DONE && (x->large || x->sinks))
		pace_large(c);
	if (got == INTAKE_PIECE) {
		x->piece = true;
		c->state = WORKING;
		pool_put_more(c->loop->http->pool, &x->job);
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
		connection_close(c);
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

/* Octets of a file go from it to the socket, a piece at a time, and are never in our memory. */
static void add_file(struct connection *c, struct evbuffer *out)
{
	const struct stream *s = c->exchange->response.stream;
	struct evbuffer_file_segment *piece;
	if (!s || !s->file_count)
		return;
	c->deadline += (int64_t)s->file_count / RATE;
	piece = evbuffer_file_segment_new(s->file, s->file_at, (ev_off_t)s->file_count,
					  EVBUF_FS_DISABLE_MMAP
						  | EVBUF_FS_DISABLE_LOCKING);
	if (!piece)
		return;
	evbuffer_add_file_segment(out, piece, 0, (ev_off_t)s->file_count);
	evbuffer_file_segment_free(piece); /* out has its own reference */
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
	add_file(c, out);
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
	count_sent(c);
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
	/* the end of a file that is shorter than it was shows as one of what is written */
	if (what & (BEV_EVENT_ERROR | BEV_EVENT_WRITING) || !(what & BEV_EVENT_EOF)) {
		connection_close(c);
		return;
	}
	c->input_ended = true; /* half closed: what was asked is still answered */
	if (c->state != WORKING && c->state != SENDING)
		connection_close(c);
}

/* ---- what workers give back */

void connection_answer(struct exchange *x)
{
	struct connection *c = x->connection;
	if (!c->bev) {
		forget(c);
	} else if (x->in_body && x->sinks && x->taken < x->head.length && !x->refused) {
		c->state = READING; /* a sink has its piece, and wants the next */
		advance(c);
		if (c->state == READING && c->input_ended)
			connection_close(c);
	} else if (x->stream_state == STREAM_FAILED) {
		c->state = SENDING;
		connection_close(c);
	} else {
		send_answer(c);
		if (!evbuffer_get_length(bufferevent_get_output(c->bev)))
			on_write(c->bev, c); /* all is sent */
	}
}

/* ---- its beginning */

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

void connection_new(struct loop *l, int fd, const struct net_addr *peer, struct tls *tls,
		    bool counted)
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
