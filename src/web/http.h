/* web/http.h: the HTTP/1.1 server. A few threads (loops, libevent) only read
 * and send; a bounded pool of others (workers) makes pages, so that a slow page
 * keeps nobody waiting and a slow client keeps no page from being made.
 *
 *     struct http *h;
 *     TRY(http_new(&(struct http_options){ .page = page, .ctx = ctx }, &h));
 *     http_listen(h, fd, NULL);
 *     TRY(http_start(h));
 *     …
 *     http_drain(h, clock_mono_ms() + 30000);
 *     http_free(h);
 */
#pragma once

/* Content-Security-Policy of pages; behind it stand the scripts that they may load, one by one
 * (http_options.scripts): the group's own site has the same origin. */
#define PAGES_POLICY                                                               \
	"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action " \
	"'self'; frame-ancestors 'none'; base-uri 'none'; script-src"

/* Permissions-Policy of pages: what none of them asks for. */
#define PAGES_ASK_FOR "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

#include "net/limit.h"
#include "net/tls.h"
#include "web/request.h"

enum {
	HTTP_BODY_MAX = 1 << 20,
	/* Larger bodies, where options.body_max allows any, that are taken at once. */
	HTTP_LARGE_AT_ONCE = 2,
	HTTP_SINK_PIECE = 1 << 18,
	/* A worker may wait for another process: those that do must be far fewer. */
	HTTP_WORKERS = 32,
};

struct http_options {
	/* Makes the answer, in a worker. A fault in what the client sent comes
	 * here too, with q->refused set, so that every answer looks the same. */
	void (*page)(void *ctx, struct request *q, struct response *r);
	/* Makes a page for nobody before the first connection is accepted, in the
	 * worker that the first request will be given to; or NULL. */
	void (*first)(void *ctx, struct request *q, struct response *r);
	/* In a loop, so without waiting for anything: how large a body may be that
	 * names its length; or NULL: HTTP_BODY_MAX. *person: of whom one that is larger
	 * is taken at a time; 0: they are not told apart. */
	int64_t (*body_max)(void *ctx, str path, str query, int64_t *person);
	/* In a worker, after each page and each piece of a stream: the processor time that
	 * it took, and octets that go out for it; or NULL. */
	void (*spent)(void *ctx, const struct request *q, int64_t microseconds,
		      int64_t octets);
	/* In a loop as well: how large a POST's body may be that is taken by a sink, a piece
	 * at a time; 0: it is taken as others are. NULL: none is. */
	int64_t (*sink_max)(void *ctx, str path, str query);
	/* In a worker, when the first octets are there, of the request without its body. */
	struct sink *(*sink)(void *ctx, struct request *q);
	/* Paths of the scripts of pages, which load no other; and where they are: the host, and
	 * the port where it is not the usual one, of the site's URL. Whoever came by another
	 * name has them by that. */
	const str *scripts;
	size_t script_count;
	str host;
	void *ctx;
	unsigned loops, workers; /* 0: one a core; HTTP_WORKERS */
	unsigned at_once;        /* of the workers; 0: two a core, see pool.h */
	size_t queue;            /* requests that may wait for a worker; 0: 1,000 */
	struct limit *limit;     /* connections; NULL: no limit. Stays the caller's */
	bool proxied; /* the client's address is X-Forwarded-For's last, where the
		       * connection comes from this machine itself */
	int64_t head_ms, idle_ms, body_ms, send_ms; /* 0: 10, 30, 10, 30 seconds;
			  * to a body's are added, and to sending's, 1 second a 2 KB;
			  * beyond HTTP_BODY_MAX a body comes at 64 KB a second */
};

struct http_counts {
	uint64_t connections, requests, refused, failed, busy;
	uint64_t open;
};

struct http;

/* ERR_LIMIT: the system gives no more threads. */
MUST_USE err http_new(const struct http_options *options, struct http **h);

/* Before http_start. fd: a listening, non-blocking socket; it stays the caller's
 * and must stay open until http_free. tls: NULL for plain HTTP; shared. */
void http_listen(struct http *h, int fd, struct tls *tls);

MUST_USE err http_start(struct http *h);

/* Accepts no more, lets what was begun be finished until the deadline
 * (clock_mono_ms), closes what is left, joins all threads. */
void http_drain(struct http *h, int64_t deadline);
void http_free(struct http *h); /* drains at once where that was not done; NULL is fine */

struct http_counts http_counts(struct http *h);
