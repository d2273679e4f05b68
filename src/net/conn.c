#include "net/conn.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "net/addr.h"
#include "net/conn_inside.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	SMALL = 8192,   /* holds any command, and most mails */
	BULK = 65536,   /* while input comes faster than it is taken */
	IDLE_MS = 1000, /* then an empty buffer is given back */
	DRAIN = 64,
	PARTS = 64, /* of one writev */
};

/* A read waits IDLE_MS by itself where the deadline leaves time for that: a busy
 * session's lines cost no poll. All other calls say MSG_DONTWAIT. */
struct conn *conn_new(int fd)
{
	struct timeval idle = { .tv_sec = IDLE_MS / 1000 };
	struct conn *c = mem_zero(sizeof *c);
	c->fd = fd;
	c->deadline = INT64_MAX;
	if (!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle))
		ioctl(fd, FIONBIO, &(int){ 0 });
	return c;
}

/* close with unread input resets the connection, and a reset may overtake our
 * last reply: so what is there is read first, as far as that takes no time. */
static void drain(int fd)
{
	char scrap[1024];
	for (int i = 0; i < DRAIN; i++)
		if (recv(fd, scrap, sizeof scrap, MSG_DONTWAIT) <= 0)
			return;
}

void conn_free(struct conn *c)
{
	if (!c)
		return;
	conn_tls_end(c);
	drain(c->fd);
	close(c->fd);
	free(c->in);
	free(c);
}

int conn_fd(const struct conn *c)
{
	return c->fd;
}

void conn_deadline(struct conn *c, int64_t mono_ms)
{
	c->deadline = mono_ms;
}

err conn_failed(struct conn *c, int code)
{
	if (code == ECONNRESET || code == EPIPE)
		return CONN_CLOSED;
	snprintf(c->why, sizeof c->why, "the connection failed: %s", strerror(code));
	return FAIL(ERR_IO, c->why);
}

err conn_until(struct conn *c, short events)
{
	return net_wait(c->fd, events, c->deadline)
		       ? OK
		       : FAIL(ERR_TEMP, "the peer was silent for too long");
}

/* --- input --- */

static void give_back(struct conn *c)
{
	free(c->in);
	c->in = NULL;
	c->head = c->tail = c->cap = 0;
}

static err wait_input(struct conn *c, short events, bool waited)
{
	if (c->head == c->tail && waited)
		give_back(c);
	if (c->head == c->tail && c->in) {
		int64_t soon = clock_mono_ms() + IDLE_MS;
		if (net_wait(c->fd, events, soon < c->deadline ? soon : c->deadline))
			return OK;
		give_back(c);
	}
	return conn_until(c, events);
}

static void make_room(struct conn *c)
{
	size_t n = c->tail - c->head;
	if (c->head) {
		if (n)
			memmove(c->in, c->in + c->head, n);
		c->head = 0;
		c->tail = n;
	}
	size_t cap = c->cap ? c->cap : SMALL;
	if (n == cap || (c->eager && cap < BULK))
		cap *= 2;
	if (cap != c->cap || !c->in) {
		c->in = mem_grow(c->in, cap);
		c->cap = cap;
	}
}

static err read_clear(struct conn *c, char *to, size_t n, int flags, struct attempt *t)
{
	ssize_t got = recv(c->fd, to, n, flags);
	*t = (struct attempt){ got > 0 ? (size_t)got : 0, POLLIN };
	if (got == 0)
		return CONN_CLOSED;
	return got > 0 || errno == EAGAIN || errno == EINTR ? OK : conn_failed(c, errno);
}

/* Adds at least one byte to the input. */
static err fill(struct conn *c)
{
	for (;;) {
		struct attempt t;
		int64_t left = c->deadline - clock_mono_ms();
		bool patient = !c->ssl && left > 2 * IDLE_MS;
		if (left <= 0)
			return FAIL(ERR_TEMP, "the peer took too long");
		make_room(c);
		size_t room = c->cap - c->tail;
		TRY(c->ssl ? conn_tls_read(c, c->in + c->tail, room, &t)
			   : read_clear(c, c->in + c->tail, room,
					patient ? 0 : MSG_DONTWAIT, &t));
		c->eager = t.moved == room;
		c->tail += t.moved;
		if (t.moved)
			return OK;
		TRY(wait_input(c, t.events, patient));
	}
}

void conn_take(struct conn *c, size_t n)
{
	c->head += n < c->tail - c->head ? n : c->tail - c->head;
	c->scanned = 0;
}

/* The length of the first line with its LF; 0: none is complete. */
static size_t line_end(struct conn *c)
{
	size_t have = c->tail - c->head;
	if (have == c->scanned)
		return 0;
	const char *from = c->in + c->head;
	const char *lf = memchr(from + c->scanned, '\n', have - c->scanned);
	c->scanned = have;
	return lf ? (size_t)(lf - from) + 1 : 0;
}

static err skip_line(struct conn *c)
{
	while (c->skipping) {
		size_t n = line_end(c);
		conn_take(c, n ? n : c->tail - c->head);
		if (n)
			c->skipping = false;
		else
			TRY(fill(c));
	}
	return OK;
}

err conn_line(struct conn *c, size_t max, str *line)
{
	TRY(skip_line(c));
	for (;;) {
		size_t n = line_end(c), have = c->tail - c->head;
		if (n > max || (n == 0 && have >= max)) {
			conn_take(c, n ? n : have);
			c->skipping = n == 0;
			return FAIL(ERR_LIMIT, "the line is too long");
		}
		if (n) {
			*line = (str){ c->in + c->head, n };
			conn_take(c, n);
			return OK;
		}
		TRY(fill(c));
	}
}

err conn_peek(struct conn *c, str *bytes)
{
	if (c->head == c->tail)
		TRY(fill(c));
	*bytes = (str){ c->in + c->head, c->tail - c->head };
	return OK;
}

size_t conn_at_hand(const struct conn *c)
{
	return c->tail - c->head;
}

/* Looks without reading, so that the last line's view stays valid. */
size_t conn_buffered(struct conn *c)
{
	int n = 0;
	struct attempt t;
	if (c->tail > c->head)
		return c->tail - c->head;
	if (c->ssl)
		return conn_tls_look(c, &t).kind ? 0 : t.moved;
	return ioctl(c->fd, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

err conn_wait(struct conn *c)
{
	char byte;
	struct attempt t = { c->tail - c->head, POLLIN };
	while (!t.moved) {
		TRY(c->ssl ? conn_tls_look(c, &t)
			   : read_clear(c, &byte, 1, MSG_PEEK | MSG_DONTWAIT, &t));
		if (!t.moved)
			TRY(conn_until(c, t.events));
	}
	return OK;
}

/* --- output --- */

static err write_clear(struct conn *c, const struct iovec *parts, size_t count,
		       struct attempt *t)
{
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)parts,
			    .msg_iovlen = count };
	ssize_t put = sendmsg(c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	*t = (struct attempt){ put > 0 ? (size_t)put : 0, POLLOUT };
	return put >= 0 || errno == EAGAIN || errno == EINTR ? OK : conn_failed(c, errno);
}

uint64_t conn_written(const struct conn *c)
{
	return c->written;
}

static err write_tls_all(struct conn *c, str bytes)
{
	while (bytes.n) {
		struct attempt t;
		TRY(conn_tls_write(c, bytes, &t));
		c->written += t.moved;
		if (!t.moved)
			TRY(conn_until(c, t.events));
		bytes = str_skip(bytes, t.moved);
	}
	return OK;
}

/* Sends all of v; on the way v's parts are used up. */
static err write_clear_all(struct conn *c, struct iovec *v, size_t count)
{
	while (count) {
		struct attempt t;
		TRY(write_clear(c, v, count, &t));
		c->written += t.moved;
		if (!t.moved)
			TRY(conn_until(c, t.events));
		for (; count && t.moved >= v->iov_len; v++, count--)
			t.moved -= v->iov_len;
		if (count) {
			v->iov_base = (char *)v->iov_base + t.moved;
			v->iov_len -= t.moved;
		}
	}
	return OK;
}

err conn_write(struct conn *c, str bytes)
{
	if (c->ssl)
		return write_tls_all(c, bytes);
	struct iovec v = { (void *)(uintptr_t)bytes.p, bytes.n };
	return bytes.n ? write_clear_all(c, &v, 1) : OK;
}

/* One TLS record for many small parts: a record each would cost an encryption,
 * 22 octets and a system call each. */
static err write_tls_parts(struct conn *c, const str *parts, size_t count)
{
	enum { RECORD = 16384 };
	BUF(joined);
	for (size_t i = 0; i < count; i++) {
		for (str rest = parts[i]; rest.n;) {
			str piece = str_first(rest, RECORD - joined.n);
			buf_add(&joined, piece);
			rest = str_skip(rest, piece.n);
			if (joined.n == RECORD) {
				TRY(write_tls_all(c, buf_str(&joined)));
				buf_clear(&joined);
			}
		}
	}
	return write_tls_all(c, buf_str(&joined));
}

err conn_write_all(struct conn *c, const str *parts, size_t count)
{
	if (c->ssl)
		return write_tls_parts(c, parts, count);
	while (count) {
		struct iovec v[PARTS];
		size_t n = 0;
		for (; count && n < PARTS; parts++, count--)
			if (parts->n)
				v[n++] = (struct iovec){ (void *)(uintptr_t)parts->p,
							 parts->n };
		TRY(write_clear_all(c, v, n));
	}
	return OK;
}
