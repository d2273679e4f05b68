/* wall/http.h: one HTTP/1.1 request to a program on our side of the wall, and its answer
 * (RFC 9112). No redirects, no TLS: for engines, not for the web.
 *
 *     struct http_answer h;
 *     TRY(http_exchange(conn, a, STR("POST /checkv2 HTTP/1.1\r\nHost: localhost\r\n"), fd,
 *                       size, 1 << 20, &h));
 */
#pragma once

#include "net/conn.h"

#include <sys/types.h>

struct http_answer {
	int status;
	str server; /* the field Server: printable ASCII, at most 100 octets; or empty */
	str body;
};

/* head: the request's lines, without Content-Length and the empty line. The body is what
 * the descriptor holds, read in pieces with pread; fd -1: none. Who answers before it has
 * read all is heard, and gets no more. ERR_TEMP, ERR_IO: of conn.h. ERR_SYNTAX: no answer
 * of HTTP/1.x, or one that does not say how long it is. ERR_LIMIT: its body is longer than
 * `most`, or its fields are. */
MUST_USE err http_exchange(struct conn *c, struct arena *a, str head, int fd, off_t size,
			   size_t most, struct http_answer *h);
