#include "wall/clamd.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "net/conn.h"
#include "wall/clamd_reply.h"
#include "wall/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	SESSIONS = 16,      /* at one time; clamd's own MaxThreads is 10 */
	IDLE_MS = 15000,    /* clamd closes what says nothing for 30 s */
	SESSION_MS = 60000, /* how old its word on its database may be */
	PIECE = 64 * 1024,
	LINE = 1024,
};

struct session {
	struct conn *conn;
	char version[WALL_TEXT_MAX + 1];
	int64_t commands, born, used;
};

struct clamd {
	str where;
	pthread_mutex_t lock;
	pthread_cond_t left;
	unsigned open; /* sessions, idle or at work */
	struct session *idle[SESSIONS];
	unsigned idle_count;
};

struct clamd *clamd_new(str where)
{
	struct clamd *c = mem_zero(sizeof *c);
	c->where = where;
	pthread_mutex_init(&c->lock, NULL);
	thread_cond_init(&c->left);
	return c;
}

str clamd_where(const struct clamd *c)
{
	return c->where;
}

static void session_free(struct session *s)
{
	conn_free(s->conn);
	free(s);
}

void clamd_free(struct clamd *c)
{
	for (unsigned i = 0; i < c->idle_count; i++)
		session_free(c->idle[i]);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->left);
	free(c);
}

/* ---- one session, one thread */

static err not_in_words(struct arena *a, const struct clamd *c, const char *what, err e)
{
	return err_in(a, ERR_TEMP, "clamd %.*s %s%s%s", STR_F(c->where), what,
		      e.msg ? ": " : "", e.msg ? e.msg : "");
}

/* The answer to the last command. */
static err read_reply(struct clamd *c, struct arena *a, struct session *s,
		      struct clamd_reply *r)
{
	str line;
	err e = conn_line(s->conn, LINE, &line);
	if (e.kind)
		return not_in_words(a, c, "gives no answer", e);
	clamd_reply_read(arena_copy(a, line), r);
	if (r->kind == CLAMD_GARBAGE || r->id != s->commands)
		return not_in_words(a, c, "answers something that is no answer of clamd",
				    OK);
	return OK;
}

static err greet(struct clamd *c, struct arena *a, struct session *s)
{
	struct clamd_reply r;
	s->commands = 1;
	err e = conn_write(s->conn, STR("nIDSESSION\nnVERSION\n"));
	if (e.kind)
		return not_in_words(a, c, "takes no command", e);
	TRY(read_reply(c, a, s, &r));
	if (r.kind != CLAMD_TEXT)
		return not_in_words(a, c, "does not tell its version", OK);
	memcpy(s->version, r.text.p, r.text.n);
	return OK;
}

static err session_open(struct clamd *c, struct arena *a, int64_t deadline,
			struct session **out)
{
	int fd;
	TRY(engine_dial(a, c->where, deadline, &fd));
	struct session *s = mem_zero(sizeof *s);
	s->conn = conn_new(fd);
	s->born = clock_mono_ms();
	conn_deadline(s->conn, deadline);
	err e = greet(c, a, s);
	if (e.kind)
		session_free(s);
	else
		*out = s;
	return e;
}

/* A piece with its length in front (clamd(8), INSTREAM); length 0 ends the stream. The
 * command goes with the first and the end with the last: a mail of the common size is one
 * write. */
static err write_piece(struct session *s, str piece, bool first, bool last)
{
	uint32_t length = htonl((uint32_t)piece.n), none = 0;
	str parts[4];
	size_t n = 0;
	if (first)
		parts[n++] = STR("nINSTREAM\n");
	if (piece.n) {
		parts[n++] = (str){ (const char *)&length, sizeof length };
		parts[n++] = piece;
	}
	if (last)
		parts[n++] = (str){ (const char *)&none, sizeof none };
	return conn_write_all(s->conn, parts, n);
}

/* Whoever answers before the end has seen enough, and reads no more. A write that fails
 * is no matter then: what was answered is still to be read. *whole: all of it went. */
static err stream(struct arena *a, struct session *s, int fd, bool *whole)
{
	char *room = arena_alloc(a, PIECE);
	off_t at = 0;
	bool goes = true;
	*whole = false;
	while (goes && !*whole && (!at || !conn_buffered(s->conn))) {
		ssize_t n = pread(fd, room, PIECE, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_in(a, ERR_IO, "the message cannot be read: %s",
				      strerror(errno));
		bool last = n < PIECE;
		goes = !write_piece(s, (str){ room, (size_t)n }, !at, last).kind;
		at += n;
		*whole = goes && last;
	}
	return OK;
}

static void judge(const struct clamd_reply *r, struct wall_finding *f)
{
	if (r->kind == CLAMD_CLEAN) {
		f->result = WALL_CLEAN;
	} else if (r->kind == CLAMD_FOUND) {
		f->result = clamd_result_of(r->text);
		f->signature = r->text;
	} else {
		f->result = WALL_UNSCANNED;
		f->why = STR("larger than the engine takes (StreamMaxLength)");
	}
}

static err scan(struct clamd *c, struct arena *a, struct session *s, int fd,
		struct wall_finding *f)
{
	struct clamd_reply r;
	bool whole;
	s->commands++;
	TRY(stream(a, s, fd, &whole));
	TRY(read_reply(c, a, s, &r));
	if (r.kind == CLAMD_ERROR || r.kind == CLAMD_TEXT)
		return err_in(a, ERR_TEMP, "clamd %.*s says: %.*s", STR_F(c->where),
			      STR_F(r.text));
	if (!whole && r.kind == CLAMD_CLEAN)
		return not_in_words(a, c, "calls clean what it has not read to its end",
				    OK);
	struct wall_finding x = { .by = arena_cat(a, STR("clamd "), c->where),
				  .version = arena_copy(a, str_from(s->version)) };
	judge(&r, &x);
	*f = x;
	return OK;
}

/* ---- sessions, many threads */

/* One that waits, or a place for a new one: then *s is NULL. */
static bool enter(struct clamd *c, int64_t deadline, struct session **s)
{
	bool may = true;
	pthread_mutex_lock(&c->lock);
	while (may && !c->idle_count && c->open == SESSIONS)
		may = thread_wait_until(&c->left, &c->lock, deadline);
	*s = may && c->idle_count ? c->idle[--c->idle_count] : NULL;
	if (may && !*s)
		c->open++;
	pthread_mutex_unlock(&c->lock);
	return may;
}

static void leave(struct clamd *c, struct session *s)
{
	if (s)
		s->used = clock_mono_ms();
	pthread_mutex_lock(&c->lock);
	if (s)
		c->idle[c->idle_count++] = s;
	else
		c->open--;
	pthread_cond_signal(&c->left);
	pthread_mutex_unlock(&c->lock);
}

/* Whether clamd has not closed it meanwhile, and its version is still news. */
static bool is_fresh(const struct session *s)
{
	int64_t now = clock_mono_ms();
	struct pollfd p = { .fd = conn_fd(s->conn), .events = POLLIN };
	return now - s->used < IDLE_MS && now - s->born < SESSION_MS && !poll(&p, 1, 0);
}

err clamd_scan(struct clamd *c, struct arena *a, int fd, int64_t deadline,
	       struct wall_finding *f)
{
	struct session *s;
	err e = OK;
	if (!enter(c, deadline, &s))
		return not_in_words(a, c, "has no free place", OK);
	bool used = s && is_fresh(s);
	if (s && !used) {
		session_free(s);
		s = NULL;
	}
	if (!s)
		e = session_open(c, a, deadline, &s);
	if (!e.kind) {
		conn_deadline(s->conn, deadline);
		e = scan(c, a, s, fd, f);
	}
	/* It may have gone while it was idle: that says nothing of clamd. */
	if (e.kind == ERR_TEMP && used && clock_mono_ms() < deadline) {
		session_free(s);
		s = NULL;
		e = session_open(c, a, deadline, &s);
		if (!e.kind)
			e = scan(c, a, s, fd, f);
	}
	if (s && (e.kind || f->result == WALL_UNSCANNED)) {
		session_free(s);
		s = NULL;
	}
	leave(c, s);
	return e;
}

err clamd_version(struct clamd *c, struct arena *a, int64_t deadline, str *version)
{
	struct session *s;
	TRY(session_open(c, a, deadline, &s));
	*version = arena_copy(a, str_from(s->version));
	session_free(s);
	return OK;
}

void clamd_prune(struct clamd *c)
{
	int64_t now = clock_mono_ms();
	unsigned kept = 0;
	pthread_mutex_lock(&c->lock);
	for (unsigned i = 0; i < c->idle_count; i++)
		if (now - c->idle[i]->used < IDLE_MS) {
			c->idle[kept++] = c->idle[i];
		} else {
			session_free(c->idle[i]);
			c->open--;
		}
	c->idle_count = kept;
	pthread_mutex_unlock(&c->lock);
}

/* ---- as an engine */

static void *open_one(str where)
{
	return clamd_new(where);
}

static void close_one(void *e)
{
	clamd_free(e);
}

static void prune(void *e)
{
	clamd_prune(e);
}

static err scan_message(void *e, struct arena *a, const struct engine_ask *q,
			struct wall_verdict *v)
{
	struct wall_finding f;
	int64_t began = clock_mono_ms();
	TRY(clamd_scan(e, a, q->message, q->deadline, &f));
	f.ms = clock_mono_ms() - began;
	wall_add(a, v, &f);
	return OK;
}

static err version(void *e, struct arena *a, int64_t deadline, str *text)
{
	return clamd_version(e, a, deadline, text);
}

const struct engine_kind engine_clamd = {
	.word = "clamd",
	.takes_files = true,
	.has_database = true,
	.sample = "EICAR",
	.halves = { "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-",
		    "ANTIVIRUS-TEST-FILE!$H+H*" },
	.expects = WALL_INFECTED,
	.open = open_one,
	.close = close_one,
	.prune = prune,
	.scan = scan_message,
	.version = version,
};
