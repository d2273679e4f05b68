/* tests/unit/smtp_peer.h: a served session on a thread, and the test as its
 * client over a socketpair. */
#pragma once

#include "smtp_policy.h"

#include "base/clock.h"
#include "base/thread.h"
#include "net/tls.h"
#include "smtp/serve.h"
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

struct peer {
	struct policy_fake o;
	struct smtp_config conf;
	struct tls *tls;
	int server_fd;
	pthread_t thread;
	struct conn *c; /* the client's end */
	err end;        /* what smtp_serve said */
};

static void *peer_serve(void *arg)
{
	struct peer *p = arg;
	struct smtp_session s;
	struct conn *c = conn_new(p->server_fd);
	smtp_session_init(&s, &p->conf, &p->o);
	p->end = smtp_serve(c, &s, p->tls);
	smtp_session_free(&s);
	conn_free(c);
	return NULL;
}

static inline struct peer peer_make(enum smtp_kind kind)
{
	struct peer p = { .o = { .a = arena_new() }, .conf = policy_conf(kind) };
	p.conf.tls = false;
	return p;
}

static inline void peer_start(struct peer *p)
{
	int fds[2];
	signal(SIGPIPE, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds))
		abort();
	p->server_fd = fds[0];
	p->c = conn_new(fds[1]);
	conn_deadline(p->c, clock_mono_ms() + 20000);
	if (thread_start_joinable(&p->thread, peer_serve, p).kind)
		abort();
}

static inline void peer_stop(struct peer *p)
{
	if (p->c)
		conn_free(p->c);
	p->c = NULL;
	pthread_join(p->thread, NULL);
	arena_free(p->o.a); /* the texts it kept go with it */
	p->o.a = NULL;
}

static inline bool peer_send(struct peer *p, str bytes)
{
	policy_sync();
	return !conn_write(p->c, bytes).kind;
}

/* Reads one whole reply and compares its last line's start. */
static inline bool peer_expect(struct peer *p, const char *want)
{
	str line;
	do {
		err e = conn_line(p->c, 4096, &line);
		if (e.kind) {
			fprintf(stderr, "  wanted %s, got %s\n", want, e.msg);
			return false;
		}
	} while (line.n > 3 && line.p[3] == '-');
	policy_sync();
	bool fits = str_starts(line, str_from(want));
	if (!fits)
		fprintf(stderr, "  wanted %s, got %.*s", want, STR_F(line));
	return fits;
}

static inline bool peer_closed(struct peer *p)
{
	str line;
	return conn_line(p->c, 4096, &line).kind == ERR_IO;
}

static inline void peer_ask(struct peer *p, const char *line, const char *want)
{
	BUF(wire);
	buf_cat(&wire, str_from(line), STR("\r\n"));
	CHECK(peer_send(p, buf_str(&wire)));
	bool fits = peer_expect(p, want);
	if (!fits)
		fprintf(stderr, "  after %s\n", line);
	CHECK(fits);
}

static inline void peer_envelope(struct peer *p)
{
	peer_ask(p, "MAIL FROM:<a@b.example>", "250");
	peer_ask(p, "RCPT TO:<local@here.example>", "250");
}

static inline void greet(struct peer *p)
{
	CHECK(peer_expect(p, "220 mail.here.example ESMTP"));
	peer_ask(p, "EHLO probe.example", "250 HELP");
}

static inline struct peer *start(struct arena *a, enum smtp_kind kind)
{
	struct peer *p = arena_alloc(a, sizeof *p);
	*p = peer_make(kind);
	peer_start(p);
	greet(p);
	return p;
}
