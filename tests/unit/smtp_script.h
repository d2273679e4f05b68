/* The client against a server that keeps to a script, well or badly. A script is a list
 * of what the server reads and says; a message's text it reads by itself. */
#pragma once
#include "smtp/client.h"

#include "base/clock.h"
#include "base/thread.h"
#include "net/tls.h"
#include "smtp/session.h"
#include "tests/check.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Marks of a script: each step is sent as it is, but for these. */
#define READ(start) "<" start /* a line that starts so */
#define BODY        "<<."     /* lines up to the lone dot */
#define CHUNK       "<<#"     /* the octets of the last BDAT */
#define CLOSE       "<<x"
#define STALL       "<<z" /* says nothing more, and reads nothing */
#define TLS         "<<t"

struct server {
	int fd;
	const char *const *script;
	struct tls *tls;
	bool failed;
	char why[300];
	int bodies;
	size_t chunk;
	struct buf text; /* of all messages */
	pthread_t thread;
};

static bool read_body(struct server *v, struct conn *c)
{
	str line;
	v->bodies++;
	while (!conn_line(c, 4096, &line).kind) {
		if (str_eq(line, STR(".\r\n")))
			return true;
		buf_add(&v->text, line.p[0] == '.' ? str_skip(line, 1) : line);
	}
	return false;
}

static bool read_chunk(struct server *v, struct conn *c)
{
	size_t left = v->chunk;
	v->bodies++;
	while (left) {
		str piece;
		if (conn_peek(c, &piece).kind)
			return false;
		piece = str_first(piece, left);
		buf_add(&v->text, piece);
		left -= piece.n;
		conn_take(c, piece.n);
	}
	return true;
}

static bool read_command(struct server *v, struct conn *c, const char *want)
{
	str line = STR("(end)");
	err e = conn_line(c, 4096, &line);
	if (!e.kind && str_starts(line, STR("BDAT ")))
		v->chunk = (size_t)strtoul(line.p + 5, NULL, 10);
	if (!e.kind && str_starts(line, str_from(want)))
		return true;
	snprintf(v->why, sizeof v->why, "wanted %s, got %.*s", want, (int)line.n, line.p);
	return false;
}

static bool step(struct server *v, struct conn *c, const char *s)
{
	if (!strcmp(s, BODY))
		return read_body(v, c);
	if (!strcmp(s, CHUNK))
		return read_chunk(v, c);
	if (!strcmp(s, TLS))
		return !conn_tls_accept(c, v->tls).kind;
	if (s[0] == '<')
		return read_command(v, c, s + 1);
	return !conn_write(c, str_from(s)).kind;
}

static void *serve(void *arg)
{
	struct server *v = arg;
	struct conn *c = conn_new(v->fd);
	conn_deadline(c, clock_mono_ms() + 20000);
	for (size_t i = 0; v->script[i] && !v->failed; i++) {
		if (!strcmp(v->script[i], CLOSE))
			break;
		if (!strcmp(v->script[i], STALL)) {
			usleep(700000);
			break;
		}
		v->failed = !step(v, c, v->script[i]);
		if (v->failed && !v->why[0])
			snprintf(v->why, sizeof v->why, "at step %zu: %s", i,
				 v->script[i]);
	}
	conn_free(c);
	return NULL;
}

/* --- what is sent, and what became of it --- */

enum { COPIES = 8, RCPTS = 3 };

struct outbox {
	int count, next, done, outcomes;
	size_t rcpts;
	struct smtp_to to[COPIES][150];
	char names[COPIES][150][64];
	struct smtp_part parts[2];
	int code[COPIES][150];
	enum smtp_stage stage[COPIES][150];
	bool unsure[COPIES][150], ours[COPIES][150];
	char status[COPIES][12], text[COPIES][100];
	bool utf8, require_tls, twice;
	str auth;
	unsigned notify;
};

static bool next(void *ctx, struct smtp_copy *copy)
{
	struct outbox *o = ctx;
	if (o->next == o->count)
		return false;
	int i = o->next++;
	for (size_t k = 0; k < o->rcpts; k++) {
		snprintf(o->names[i][k], sizeof o->names[i][k], "r%d-%zu@far.example", i,
			 k);
		o->to[i][k] = (struct smtp_to){ .address = str_from(o->names[i][k]),
						.notify = o->notify };
	}
	*copy = (struct smtp_copy){ .reverse_path = STR("dev-bounces@here.example"),
				    .to = o->to[i],
				    .to_count = o->rcpts,
				    .parts = o->parts,
				    .part_count = 2,
				    .utf8 = o->utf8,
				    .require_tls = o->require_tls,
				    .auth = o->auth,
				    .tag = (void *)(intptr_t)i };
	return true;
}

static void outcome(void *ctx, const struct smtp_copy *copy, size_t i,
		    const struct smtp_outcome *x)
{
	struct outbox *o = ctx;
	int n = (int)(intptr_t)copy->tag;
	o->twice |= o->code[n][i] != -1;
	o->outcomes++;
	o->code[n][i] = x->code;
	o->stage[n][i] = x->stage;
	o->unsure[n][i] = x->unsure;
	o->ours[n][i] = x->ours;
	snprintf(o->status[n], sizeof o->status[n], "%.*s", STR_F(x->status));
	snprintf(o->text[n], sizeof o->text[n], "%.*s", STR_F(x->text));
}

static void done(void *ctx, const struct smtp_copy *copy)
{
	struct outbox *o = ctx;
	(void)copy;
	o->done++;
}

static void outbox_fill(struct outbox *o, int count, size_t rcpts)
{
	memset(o, 0, sizeof *o);
	memset(o->code, -1, sizeof o->code);
	o->count = count;
	o->rcpts = rcpts;
	o->parts[0] = (struct smtp_part){ .bytes = STR("Subject: x\r\n\r\n") };
	o->parts[1] = (struct smtp_part){ .bytes = STR(".dot\r\nend\r\n"),
					  .stuffed = STR("..dot\r\nend\r\n") };
}

struct run {
	struct server server;
	struct outbox o;
	struct smtp_client_conf conf;
	struct smtp_client *x;
	struct smtp_outcome why;
	err opened, sent;
};

static void start(struct run *r, const char *const *script)
{
	int fds[2];
	signal(SIGPIPE, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds))
		abort();
	r->server.fd = fds[0];
	r->server.script = script;
	if (thread_start_joinable(&r->server.thread, serve, &r->server).kind)
		abort();
	r->conf.helo = STR("mail.here.example");
	r->x = smtp_client_new(conn_new(fds[1]), &r->conf);
	r->opened = smtp_client_open(r->x, &r->why);
}

static void finish(struct run *r, const char *what)
{
	smtp_client_quit(r->x);
	pthread_join(r->server.thread, NULL);
	if (r->server.failed)
		fprintf(stderr, "%s: the server: %s\n", what, r->server.why);
	CHECK(!r->server.failed);
	buf_free(&r->server.text);
}

static void go(struct run *r, const char *const *script, const char *what)
{
	struct smtp_feed feed = { &r->o, next, outcome, done };
	start(r, script);
	CHECK(!r->opened.kind);
	if (!r->opened.kind)
		r->sent = smtp_client_send(r->x, &feed);
	/* each recipient is told once, and each copy given back once, whatever happened */
	CHECK(!r->o.twice && r->o.done == r->o.next);
	CHECK(r->o.outcomes == (int)((size_t)r->o.next * r->o.rcpts));
	finish(r, what);
}

#define HELLO   "220 far.example\r\n", READ("EHLO mail.here.example\r\n")
#define PLAIN   HELLO, "250-far.example\r\n250-SIZE 1000\r\n250 HELP\r\n"
#define PIPED   HELLO, "250-far.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
#define CHUNKED HELLO, "250-far.example\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
#define MAIL    READ("MAIL FROM:<dev-bounces@here.example>")
#define QUIT    READ("QUIT\r\n"), "221 bye\r\n"
#define OKS     "250 2.1.0 ok\r\n"
