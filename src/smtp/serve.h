/* smtp/serve.h: one SMTP session over one connection, from greeting to QUIT.
 * Blocking; a thread of its own.
 *
 *     struct smtp_session s;
 *     smtp_session_init(&s, &conf, &mine);
 *     err e = smtp_serve(conn, &s, tls);
 *     smtp_session_free(&s);
 *     conn_free(conn);
 *
 * Replies to pipelined commands leave in one write. An idle session holds
 * its structs and nothing else; a body is in memory up to SMTP_BODY_MEMORY
 * octets, then in the policy's file. */
#pragma once

#include "net/conn.h"
#include "smtp/session.h"

enum {
	SMTP_BODY_MEMORY = 64 * 1024,
	SMTP_DISCARD_MAX = 64 << 20, /* octets of refused messages read before closing */
};

/* tls: NULL where there is none; then conf->tls is false.
 * OK: QUIT, or we closed it and said why. ERR_IO: the client is gone. ERR_TEMP: it was
 * too slow. ERR_LIMIT: a limit ended it. ERR_SYNTAX: it talked before its turn, or
 * pipelined behind STARTTLS, or the handshake failed. */
MUST_USE err smtp_serve(struct conn *c, struct smtp_session *s, struct tls *tls);
