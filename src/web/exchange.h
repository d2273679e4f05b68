/* web/exchange.h: one request and its answer, on the way between the loop that
 * owns the connection and the worker that makes the page. No I/O, no libevent. */
#pragma once

#include "web/http.h"
#include "web/pool.h"
#include "web/wire.h"

#include <stdatomic.h>

struct loop;

struct exchange {
	struct pool_job job; /* the first member: the pool knows only this */
	struct exchange *next;
	struct http *server;
	struct loop *loop;
	void *connection; /* the loop's own; a worker leaves it alone */

	/* from the loop */
	struct arena *arena;
	struct wire_head head;
	bool in_body;  /* the head is all there */
	bool sinks;    /* its body goes to a sink */
	int64_t taken; /* octets of it */
	bool piece;    /* a worker is to give the sink what is there, and wants more */
	struct sink *sink;
	int large; /* its place among the server's large bodies; 0: it is none */
	size_t scanned;
	struct wire_chunks chunks;
	int refused;
	const char *why;
	struct buf body;
	struct net_addr client;
	bool secure;
	bool last; /* the connection must close after this answer */

	/* from the worker */
	struct request request;
	struct response response;
	struct buf out; /* the answer's head, then each piece of a stream */
	bool keep;      /* the connection may stay */
	bool chunked;   /* the pieces are chunks */
	enum stream_state stream_state;
	int64_t left;     /* octets that a stream still owes; -1: it names no length */
	size_t in_flight; /* octets of its piece that are being sent */
};

struct exchange *exchange_new(void);

/* Forgets the request and its answer, keeps memory for the next. */
void exchange_reset(struct exchange *x);
void exchange_free(struct exchange *x);

enum intake {
	INTAKE_MORE,  /* octets are wanted */
	INTAKE_BODY,  /* the head is there, a body follows: call again */
	INTAKE_PIECE, /* x->body is to be given to the sink (exchange_sink) */
	INTAKE_DONE,  /* the request is there, or x->refused is set */
};

/* In the loop: takes what it can of a request off *bytes, which begin where the
 * last call left them. */
enum intake exchange_take(struct exchange *x, str *bytes);

/* In a worker: makes the page and writes the answer's head to out. What is to be
 * sent after it stands in response.body or response.blob_bytes, or comes from
 * exchange_piece; nothing where the answer has no body. */
void exchange_page(struct exchange *x, const struct http_options *options,
		   const atomic_bool *draining);

/* In a worker: gives the sink what is there of the body. */
void exchange_sink(struct exchange *x, const struct http_options *options);

/* In a worker: puts the next piece of a stream into out. */
void exchange_piece(struct exchange *x);

/* In a worker, after one of the two: octets that it has put on their way. */
int64_t exchange_octets(const struct exchange *x);

bool exchange_from_here(const struct net_addr *client); /* over loopback */

/* What is sent where no worker can be asked, whole. */
extern const str exchange_busy;
