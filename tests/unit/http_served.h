/* tests/unit/http_served.h: a server over loopback with pages of its own, and a client
 * that says exactly what it is told to. */
#pragma once

#include "web/http.h"

#include "web/blob.h"

#include "base/clock.h"
#include "net/conn.h"
#include "tests/check.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

static atomic_int smuggled;   /* requests that nobody should have got through */
static atomic_int slow_begun; /* pages of /slow */
static atomic_bool slow_held; /* and they do not end */
static struct blob *big;

static inline struct blob *make_big(void)
{
	struct buf b = { 0 };
	for (int i = 0; i < 40000; i++)
		buf_addf(&b, "line %d\n", i);
	return blob_new(&b, STR("text/plain"));
}

/* ---- pages */

struct lines {
	struct stream stream;
	int left;
	bool breaks;
};

static enum stream_state more_lines(struct stream *s, struct buf *out)
{
	struct lines *l = (struct lines *)s;
	if (l->breaks && l->left == 2)
		return STREAM_FAILED;
	buf_addf(out, "line %d\n", l->left);
	return --l->left ? STREAM_MORE : STREAM_END;
}

static void free_lines(struct stream *s)
{
	free(s);
}

static void stream_page(struct response *r, int64_t length, bool breaks)
{
	struct lines *l = calloc(1, sizeof *l);
	*l = (struct lines){
		.stream = { .more = more_lines, .free = free_lines, .length = length },
		.left = 4,
		.breaks = breaks
	};
	r->stream = &l->stream;
}

static void page(void *ctx, struct request *q, struct response *r)
{
	(void)ctx;
	r->type = STR("text/plain");
	if (str_eq(q->path, STR("/smuggled")))
		atomic_fetch_add(&smuggled, 1);
	if (q->refused) {
		r->status = q->refused;
		buf_add(&r->body, str_from(q->why));
	} else if (str_eq(q->path, STR("/slow"))) {
		atomic_fetch_add(&slow_begun, 1);
		do
			usleep(200000);
		while (atomic_load(&slow_held));
		buf_add(&r->body, STR("slow"));
	} else if (str_eq(q->path, STR("/big"))) {
		response_blob(q, r, blob_ref(big));
	} else if (str_eq(q->path, STR("/stream"))) {
		stream_page(r, -1, false);
	} else if (str_eq(q->path, STR("/known"))) {
		stream_page(r, 28, false);
	} else if (str_eq(q->path, STR("/short"))) {
		stream_page(r, 100, false);
	} else if (str_eq(q->path, STR("/breaks"))) {
		stream_page(r, -1, true);
	} else if (str_eq(q->path, STR("/none"))) {
		r->status = 204;
	} else if (str_eq(q->path, STR("/client"))) {
		buf_cat(&r->body, net_ip_text(q->arena, &q->client),
			q->secure ? STR(" secure") : STR(" plain"));
	} else {
		buf_cat(&r->body, STR("<"), q->path, STR("|"), request_form(q, "a"),
			STR("|"), q->body, STR(">"));
	}
}

/* Until that many pages of /slow have begun. */
static inline void slow_begins(int many)
{
	for (int i = 0; i < 6000 && atomic_load(&slow_begun) < many; i++)
		usleep(10000);
}

/* ---- a server, and a client that says exactly what it is told to */

struct served {
	struct http *http;
	struct net_addr at;
	int fd;
};

static void serve(struct arena *a, struct served *s, struct http_options o,
		  struct tls *tls)
{
	socklen_t len = sizeof s->at.ss;
	CHECK(!net_parse(a, STR("127.0.0.1:0"), &s->at).kind);
	CHECK(!net_listen(a, &s->at, &s->fd).kind);
	CHECK(getsockname(s->fd, (struct sockaddr *)&s->at.ss, &len) == 0);
	o.page = page;
	CHECK(!http_new(&o, &s->http).kind);
	http_listen(s->http, s->fd, tls);
	CHECK(!http_start(s->http).kind);
}

static void stop(struct served *s)
{
	http_free(s->http);
	close(s->fd);
}

static int dial(const struct served *s)
{
	struct timeval wait = { .tv_sec = 5 };
	int fd = socket(s->at.ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(connect(fd, (const struct sockaddr *)&s->at.ss, s->at.len) == 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	return fd;
}

/* False: cut off; what is read then tells why. */
static bool say(int fd, str text)
{
	while (text.n) {
		ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		text = str_skip(text, (size_t)n);
	}
	return true;
}

/* Reads until the server closes. */
static str hear(struct arena *a, int fd)
{
	BUF(b);
	ssize_t n;
	while ((n = recv(fd, buf_room(&b, 65536), 65536, 0)) > 0)
		b.n += (size_t)n;
	close(fd);
	return arena_copy(a, buf_str(&b));
}

static str ask(struct arena *a, const struct served *s, str text)
{
	int fd = dial(s);
	say(fd, text);
	return hear(a, fd);
}

static int count(str text, const char *what)
{
	int n = 0;
	for (str at = text; (at = str_find(at, str_from(what))).n; n++)
		at = str_skip(at, 1);
	return n;
}

static str body_of(str answer)
{
	return str_skip(str_find(answer, STR("\r\n\r\n")), 4);
}

#define GET_CLOSE(path) \
	STR("GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
