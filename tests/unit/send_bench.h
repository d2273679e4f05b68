/* tests/unit/send_bench.h: the engine that empties the outbound book, against a sink on
 * loopback.
 *
 *     static struct bench t;
 *     bench_start(&t, a);
 *     struct outbound_message m = { .reverse_path = STR("x@sender.test") };
 *     int first = owe(&t, message(&t, &m), 20, "ok.test", 5);   20 recipients, 5 domains
 *     begin(&t);                                                as configure() said
 *     CHECK(wait_left(&t, 0, 30) && sink_got(&t.sink, first, 20, 1) == 20);
 *     end(&t);
 *     bench_stop(&t);
 */
#pragma once

#include "store_folder.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "dns_table.h"
#include "send/sender.h"
#include "sink.h"
#include "store/outbound/delivery.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

#include <signal.h>

struct bench {
	struct arena *a;
	str data;
	struct conf conf;
	struct sink sink;
	struct dns_table *dns;
	struct book *b;
	struct sender *s;
	int next; /* the recipients' numbers */
	struct tls *tls;
	struct sealer sealer;
	int64_t slow_ms, brief_ms; /* of the next that begins */
	size_t outcomes_most;      /* and of that */
	atomic_int told, asked;    /* of TLS; by MTA-STS */
	bool told_right;
};

static inline void configure(struct bench *t, const char *more)
{
	int closed;
	close(sink_listen(&closed)); /* a port where nobody listens */
	str text = arena_printf(
		t->a,
		"[site]\ndomain = lists.example\nhostname = mx.lists.example\nadmin = "
		"a@b.example\ndata = %.*s\n"
		"[send]\nretry = 1s\nmax_connections = 20\nper_destination = 4\n%s"
		"[route]\n*.ok.test = smtp://127.0.0.1:%d\nlater.test = "
		"smtp://127.0.0.1:%d\nnever.test = smtp://127.0.0.1:%d\n"
		"close.test = smtp://127.0.0.1:%d\nsender.test = "
		"smtp://127.0.0.1:%d\ndead.test = smtp://127.0.0.1:%d\n",
		STR_F(t->data), more, t->sink.port, t->sink.port, t->sink.port,
		t->sink.port, t->sink.port, closed);
	if (!ok(conf_parse(t->a, "/nowhere/postern.conf", text, NULL, 0, &t->conf)))
		exit(1);
}

/* What the sink is: no TLS, and nobody has asked for any. */
static inline void hear_of_tls(void *ctx, const struct tls_attempt *x)
{
	struct bench *t = ctx;
	t->told_right = x->policy->kind == TLS_POLICY_OPPORTUNISTIC
			&& str_ends(x->destination, STR("ok.test"))
			&& str_eq(x->mx, STR("127.0.0.1")) && x->addr->len
			&& x->result == TLS_RESULT_NOT_OFFERED && x->reason.n && x->sent;
	atomic_fetch_add(&t->told, 1);
}

/* RFC 8461 is about MX records: a written route is none. */
static inline bool never_asked(void *ctx, struct arena *a, const struct tls_question *q,
			       struct tls_policy *p)
{
	struct bench *t = ctx;
	(void)a, (void)q, (void)p;
	atomic_fetch_add(&t->asked, 1);
	return false;
}

static inline void begin(struct bench *t)
{
	struct sender_conf c = { .conf = &t->conf,
				 .resolver = &t->dns->resolver,
				 .tls = t->tls,
				 .sealer = t->sealer,
				 .sts = never_asked,
				 .sts_ctx = t,
				 .told = hear_of_tls,
				 .told_ctx = t,
				 .slow_ms = t->slow_ms,
				 .brief_ms = t->brief_ms,
				 .outcomes_most = t->outcomes_most };
	memset(&c.mac, 5, sizeof c.mac);
	if (!ok(sender_start(t->a, &c, &t->s)))
		exit(1);
}

static inline void end(struct bench *t)
{
	sender_stop(t->s, clock_mono_ms() + 10000);
	t->s = NULL;
}

static inline int64_t message(struct bench *t, struct outbound_message *m)
{
	static int serial;
	bool fresh;
	str body = STR("From: x@lists.example\r\nSubject: s\r\n\r\nbody\r\n");
	m->source = arena_printf(t->a, "test/%d", ++serial);
	m->kind = STR("submission");
	m->created_at = m->created_at ? m->created_at : clock_now_ms();
	m->size = (int64_t)body.n;
	if (!ok(outbound_add(t->b, m, &fresh))
	    || !ok(outbound_body_write(t->b, m->id, body)))
		exit(1);
	return m->id;
}

/* n recipients, spread over the domains "d0.SUFFIX" … or all at one. Gives the first
 * one's number. */
static inline int owe(struct bench *t, int64_t id, int n, const char *domain, int spread)
{
	struct delivery *d = arena_zero(t->a, (size_t)n * sizeof *d);
	int first = t->next;
	for (int i = 0; i < n; i++) {
		str to = spread ? arena_printf(t->a, "d%d.%s", i % spread, domain)
				: str_from(domain);
		d[i] = (struct delivery){ .destination = to,
					  .recipient = arena_printf(t->a, "u%d@%.*s",
								    t->next++, STR_F(to)),
					  .notify = STR(""),
					  .orcpt = STR(""),
					  .last_reply = STR("") };
	}
	if (!ok(delivery_add(t->b, id, d, (size_t)n))
	    || !ok(outbound_progress(t->b, id, 0, true)))
		exit(1);
	return first;
}

static inline int64_t left(struct bench *t)
{
	int64_t n = -1;
	CHECK(ok(delivery_count(t->b, &n)));
	return n;
}

static inline bool wait_left(struct bench *t, int64_t want, int seconds)
{
	for (int i = 0; i < seconds * 100 && left(t) > want; i++)
		thread_sleep(10);
	if (left(t) != want)
		fprintf(stderr, "  %lld are left\n", (long long)left(t));
	return left(t) == want;
}

static inline bool wait_got(struct bench *t, int first, int n, int seconds)
{
	for (int i = 0; i < seconds * 100 && sink_got(&t->sink, first, n, 1) < n; i++)
		thread_sleep(10);
	return sink_got(&t->sink, first, n, 1) == n;
}

static inline int64_t noted(struct bench *t, const char *what)
{
	int64_t n = 0;
	bool found;
	CHECK(ok(
		book_number(t->b, &n, &found,
			    "SELECT coalesce(sum(entries), 0) FROM event WHERE what = ?1",
			    SQL_S(str_from(what)))));
	return n;
}

static inline void bench_start(struct bench *t, struct arena *a)
{
	signal(SIGPIPE, SIG_IGN);
	t->a = a;
	t->data = folder_make(a);
	t->dns = arena_zero(a, sizeof *t->dns);
	*t->dns = DNS_TABLE(a);
	t->b = fresh_book(a, t->data, BOOK_OUTBOUND);
	sink_start(&t->sink);
	configure(t, "");
}

static inline void bench_stop(struct bench *t)
{
	sink_stop(&t->sink);
	book_close(t->b);
	folder_remove(t->a, t->data);
}
