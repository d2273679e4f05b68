/* net/conn_inside.h: what conn.c and conn_tls.c share. Not for others.
 *
 * Both move bytes by attempts that never wait: an attempt that moved nothing
 * says what to wait for, and one loop in conn.c does all the waiting. */
#pragma once

#include "net/conn.h"

#include <openssl/ssl.h>

struct conn {
	int fd;
	SSL *ssl; /* NULL in clear */
	int64_t deadline;

	char *in; /* input is in[head..tail); NULL while there is none */
	size_t head, tail, cap;
	size_t scanned;   /* bytes after head that hold no LF */
	bool skipping;    /* the rest of a line that was too long */
	bool eager;       /* the last read filled all the room it had */
	uint64_t written; /* octets handed on, before TLS */
	bool broken;      /* TLS is not up, or failed: no goodbye */
	int code;         /* errno of the socket call under TLS that failed */
	enum tls_fault fault;

	char why[160]; /* the text of a failure that names things */
};

struct attempt {
	size_t moved; /* 0: wait for events, then try again */
	short events;
};

err conn_tls_read(struct conn *c, char *to, size_t n, struct attempt *t);
err conn_tls_write(struct conn *c, str bytes, struct attempt *t);
err conn_tls_look(struct conn *c,
		  struct attempt *t); /* moves nothing: how much could be */
void conn_tls_end(struct conn *c);

err conn_failed(struct conn *c, int code);    /* errno's text */
err conn_until(struct conn *c, short events); /* waits; ERR_TEMP: the deadline */
#define CONN_CLOSED FAIL(ERR_IO, "the peer closed the connection")
