/* net/conn.h: one connection as a protocol session sees it: lines and bytes
 * in, bytes out, TLS underneath where it was started, and a deadline over all
 * of it. One thread. Blocking calls; the socket itself is non-blocking.
 *
 *     struct conn *c = conn_new(fd);
 *     conn_deadline(c, clock_mono_ms() + 300000);
 *     TRY(conn_line(c, 512, &line));          // "EHLO me\r\n"
 *     TRY(conn_write(c, STR("250 hello\r\n")));
 *     conn_free(c);
 *
 * Errors of all calls: ERR_TEMP the deadline passed; ERR_IO the peer closed or
 * the network failed; ERR_LIMIT a line is too long. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "net/tls.h"

struct conn;

struct conn *conn_new(int fd);  /* fd becomes the connection's */
void conn_free(struct conn *c); /* closes; TLS says goodbye if it can at once */
int conn_fd(const struct conn *c);

/* All that follows must be done by then (clock_mono_ms). */
void conn_deadline(struct conn *c, int64_t mono_ms);

/* The next line with its LF. Whether a CR stands before it is for the protocol
 * to judge. The view is valid until the next read. A longer line gives
 * ERR_LIMIT once, and the rest of it is skipped by the next call. */
MUST_USE err conn_line(struct conn *c, size_t max, str *line);

/* What is there already, at least one byte (waits for it), as a view; take
 * what was used. For message bodies. */
MUST_USE err conn_peek(struct conn *c, str *bytes);
void conn_take(struct conn *c, size_t n);

/* Bytes that have arrived and were not taken: pipelined input. Does not wait. */
size_t conn_buffered(struct conn *c);

/* Of those, the ones that an earlier read brought along: no system call. */
size_t conn_at_hand(const struct conn *c);

/* Waits until a byte can be read or the deadline passes. */
MUST_USE err conn_wait(struct conn *c);

MUST_USE err conn_write(struct conn *c, str bytes);
MUST_USE err conn_write_all(struct conn *c, const str *parts,
			    size_t count); /* one writev */

/* Octets that writes have handed on so far, also those of writes that failed. */
uint64_t conn_written(const struct conn *c);

/* The TLS handshake, as server or as client. peer: whom the client expects (net/tls.h).
 * Input buffered before it is thrown away: nothing sent in clear may be read as if it
 * had come inside. */
MUST_USE err conn_tls_accept(struct conn *c, struct tls *tls);
MUST_USE err conn_tls_connect(struct conn *c, struct tls *tls,
			      const struct tls_peer *peer);

/* What a client's handshake found; with TLS_ANYONE that is what an authority and the
 * name would have said. TLS_BROKEN before it, and where it failed for no such reason. */
enum tls_fault conn_tls_fault(const struct conn *c);
bool conn_is_tls(const struct conn *c);
str conn_tls_text(struct arena *a,
		  const struct conn *c); /* "TLSv1.3 TLS_AES_256_GCM_SHA384" */
