/* tests/unit/conn_pair.h: a connection, and the other end of it as a socket. */
#pragma once

#include "net/conn.h"

#include "base/clock.h"
#include "tests/check.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static inline int64_t in_ms(int64_t n)
{
	return clock_mono_ms() + n;
}

struct pair {
	struct conn *c;
	int peer;
};

static inline struct pair pair_new(void)
{
	int fd[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
		abort();
	struct pair p = { conn_new(fd[0]), fd[1] };
	conn_deadline(p.c, in_ms(5000));
	return p;
}

static inline void pair_free(struct pair *p)
{
	conn_free(p->c);
	if (p->peer >= 0)
		close(p->peer);
}

#define PAIR(name) __attribute__((cleanup(pair_free))) struct pair name = pair_new()

static inline void say(int fd, str s)
{
	CHECK(write(fd, s.p, s.n) == (ssize_t)s.n);
}

static inline bool next_is(struct conn *c, str want)
{
	str line;
	return !conn_line(c, 512, &line).kind && str_eq(line, want);
}
