/* fuzz/wire.h: in place of the system's network: what is received is a view, in pieces of
 * a size; what is sent is kept. */
#pragma once

#include "base/buf.h"
#include "net/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

static str wire_in;
static size_t wire_piece;
static size_t wire_room = SIZE_MAX; /* octets that can be sent; then the peer is gone */
static struct buf wire_out;

ssize_t recv(int fd, void *to, size_t n, int flags)
{
	(void)fd;
	str s = str_first(wire_in, n < wire_piece ? n : wire_piece);
	if (s.n)
		memcpy(to, s.p, s.n);
	if (!(flags & MSG_PEEK))
		wire_in = str_skip(wire_in, s.n);
	return (ssize_t)s.n;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	size_t before = wire_out.n;
	(void)fd, (void)flags;
	if (before > wire_room) {
		errno = EPIPE;
		return -1;
	}
	for (size_t i = 0; i < m->msg_iovlen; i++)
		buf_add(&wire_out,
			(str){ m->msg_iov[i].iov_base, m->msg_iov[i].iov_len });
	return (ssize_t)(wire_out.n - before);
}

static inline struct conn *wire_open(str in, size_t piece)
{
	wire_in = in;
	wire_piece = piece;
	buf_clear(&wire_out);
	return conn_new(open("/dev/null", O_RDONLY | O_CLOEXEC)); /* always ready */
}
