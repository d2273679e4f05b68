#include "wall/rspamd.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "wall/dial.h"
#include "wall/http.h"
#include "wall/rspamd_reply.h"

#include <stdlib.h>

enum { AT_ONCE = 32, VALUE_MAX = 400, PONG_MAX = 1024 };

struct rspamd {
	str where;
	pthread_mutex_t lock;
	pthread_cond_t left;
	unsigned inside;
};

struct rspamd *rspamd_new(str where)
{
	struct rspamd *r = mem_zero(sizeof *r);
	r->where = where;
	pthread_mutex_init(&r->lock, NULL);
	thread_cond_init(&r->left);
	return r;
}

void rspamd_free(struct rspamd *r)
{
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->left);
	free(r);
}

static err in_words(struct arena *a, const struct rspamd *r, err e)
{
	return err_in(a, ERR_TEMP, "rspamd %.*s: %s", STR_F(r->where), e.msg);
}

/* ---- the request */

/* What comes from outside begins no line of its own here. */
static void add_field(struct buf *b, const char *name, str value)
{
	value = str_first(value, VALUE_MAX);
	buf_cat(b, str_from(name), STR(": "));
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		buf_add(b, c < ' ' || c == 127 ? STR("?") : (str){ &value.p[i], 1 });
	}
	buf_add(b, STR("\r\n"));
}

/* An empty From is <>. */
static str head_of(struct arena *a, const struct wall_context *c)
{
	BUF(b);
	buf_add(&b,
		STR("POST /checkv2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
		    "Pass: all\r\n"));
	add_field(&b, "From", c->reverse_path);
	for (size_t i = 0; i < c->to_count; i++)
		add_field(&b, "Rcpt", c->to[i]);
	if (c->client.n)
		add_field(&b, "IP", c->client);
	if (c->client_name.n)
		add_field(&b, "Hostname", c->client_name);
	if (c->helo.n)
		add_field(&b, "Helo", c->helo);
	if (c->queue_id.n)
		add_field(&b, "Queue-Id", c->queue_id);
	if (c->account)
		add_field(&b, "User", arena_printf(a, "%lld", (long long)c->account));
	return arena_copy(a, buf_str(&b));
}

/* ---- and its way */

static bool enter(struct rspamd *r, int64_t deadline)
{
	bool may = true;
	pthread_mutex_lock(&r->lock);
	while (may && r->inside == AT_ONCE)
		may = thread_wait_until(&r->left, &r->lock, deadline);
	r->inside += may;
	pthread_mutex_unlock(&r->lock);
	return may;
}

static void leave(struct rspamd *r)
{
	pthread_mutex_lock(&r->lock);
	r->inside--;
	pthread_cond_signal(&r->left);
	pthread_mutex_unlock(&r->lock);
}

static err exchange(struct rspamd *r, struct arena *a, str head,
		    const struct engine_ask *q, struct http_answer *h)
{
	int fd;
	TRY(engine_dial(a, r->where, q->deadline, &fd));
	struct conn *c = conn_new(fd);
	conn_deadline(c, q->deadline);
	err e = http_exchange(c, a, head, q->message, q->size, RSPAMD_REPLY_MAX, h);
	if (e.kind)
		e = err_in(a, e.kind, "%s", e.msg); /* it may be the connection's */
	conn_free(c);
	if (!e.kind && h->status != 200)
		e = err_in(a, ERR_TEMP, "it answers %d", h->status);
	return e;
}

static err scan(struct rspamd *r, struct arena *a, const struct engine_ask *q,
		struct wall_verdict *v)
{
	struct http_answer h;
	struct wall_finding f = { .by = arena_cat(a, STR("rspamd "), r->where) };
	int64_t began = clock_mono_ms();
	TRY(exchange(r, a, head_of(a, q->context), q, &h));
	TRY(rspamd_reply_read(a, h.body, &f, v));
	f.version = h.server;
	f.ms = clock_mono_ms() - began;
	wall_add(a, v, &f);
	return OK;
}

err rspamd_scan(struct rspamd *r, struct arena *a, const struct engine_ask *q,
		struct wall_verdict *v)
{
	if (!enter(r, q->deadline))
		return in_words(a, r, FAIL(ERR_TEMP, "it has no free place"));
	err e = scan(r, a, q, v);
	leave(r);
	return e.kind ? in_words(a, r, e) : OK;
}

err rspamd_version(struct rspamd *r, struct arena *a, int64_t deadline, str *version)
{
	struct http_answer h;
	struct engine_ask q = { .message = -1, .deadline = deadline };
	err e = exchange(r, a,
			 STR("GET /ping HTTP/1.1\r\nHost: localhost\r\n"
			     "Connection: close\r\n"),
			 &q, &h);
	if (!e.kind && !str_eq(str_trim(h.body), STR("pong")))
		e = FAIL(ERR_TEMP, "it does not answer pong");
	if (e.kind)
		return in_words(a, r, e);
	*version = h.server.n ? h.server : STR("rspamd");
	return OK;
}

/* ---- as an engine */

static void *open_one(str where)
{
	return rspamd_new(where);
}

static void close_one(void *e)
{
	rspamd_free(e);
}

static void prune(void *e)
{
	(void)e; /* no connection is kept */
}

static err scan_message(void *e, struct arena *a, const struct engine_ask *q,
			struct wall_verdict *v)
{
	return rspamd_scan(e, a, q, v);
}

static err version(void *e, struct arena *a, int64_t deadline, str *text)
{
	return rspamd_version(e, a, deadline, text);
}

/* GTUBE, https://spamassassin.apache.org/gtube/ */
const struct engine_kind engine_rspamd = {
	.word = "rspamd",
	.sample = "GTUBE",
	.halves = { "From: <postmaster@localhost>\r\nSubject: a test\r\n\r\n"
		    "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-",
		    "STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n" },
	.expects = WALL_REFUSED,
	.open = open_one,
	.close = close_one,
	.prune = prune,
	.scan = scan_message,
	.version = version,
};
