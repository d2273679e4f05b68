/* web/connection.h: one client's socket, in the loop that owns it: octets in, the
 * exchange to a worker and back, octets out. */
#pragma once

#include "web/http_inside.h"

#include <event2/bufferevent.h>

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
	int64_t body_at;  /* when its body began */
	int64_t deadline;
	struct net_addr peer;
	struct exchange *exchange;
};

/* Takes over the socket. counted: by the limit. */
void connection_new(struct loop *l, int fd, const struct net_addr *peer, struct tls *tls,
		    bool counted);

/* At once, whatever is on its way; what a worker has ends when it comes back. */
void connection_close(struct connection *c);

/* A worker has made a page, or the next piece of one: it is sent. */
void connection_answer(struct exchange *x);
