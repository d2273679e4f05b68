/* The engine that empties the outbound book, against a sink on loopback. */
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
	atomic_int told, asked; /* of TLS; by MTA-STS */
	bool told_right;
};

static void configure(struct bench *t, const char *more)
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
static void hear_of_tls(void *ctx, const struct tls_attempt *x)
{
	struct bench *t = ctx;
	t->told_right = x->policy->kind == TLS_POLICY_OPPORTUNISTIC
			&& str_ends(x->destination, STR("ok.test"))
			&& str_eq(x->mx, STR("127.0.0.1")) && x->addr->len
			&& x->result == TLS_RESULT_NOT_OFFERED && x->reason.n && x->sent;
	atomic_fetch_add(&t->told, 1);
}

/* RFC 8461 is about MX records: a written route is none. */
static bool never_asked(void *ctx, struct arena *a, const struct tls_question *q,
			struct tls_policy *p)
{
	struct bench *t = ctx;
	(void)a, (void)q, (void)p;
	atomic_fetch_add(&t->asked, 1);
	return false;
}

static void begin(struct bench *t)
{
	struct sender_conf c = { .conf = &t->conf,
				 .resolver = &t->dns->resolver,
				 .tls = t->tls,
				 .sts = never_asked,
				 .sts_ctx = t,
				 .told = hear_of_tls,
				 .told_ctx = t };
	memset(&c.mac, 5, sizeof c.mac);
	if (!ok(sender_start(t->a, &c, &t->s)))
		exit(1);
}

static void end(struct bench *t)
{
	sender_stop(t->s, clock_mono_ms() + 10000);
	t->s = NULL;
}

static int64_t message(struct bench *t, struct outbound_message *m)
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
static int owe(struct bench *t, int64_t id, int n, const char *domain, int spread)
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

static int64_t left(struct bench *t)
{
	int64_t n = -1;
	CHECK(ok(delivery_count(t->b, &n)));
	return n;
}

static bool wait_left(struct bench *t, int64_t want, int seconds)
{
	for (int i = 0; i < seconds * 100 && left(t) > want; i++)
		thread_sleep(10);
	if (left(t) != want)
		fprintf(stderr, "  %lld are left\n", (long long)left(t));
	return left(t) == want;
}

static int64_t noted(struct bench *t, const char *what)
{
	int64_t n = 0;
	bool found;
	CHECK(ok(book_number(t->b, &n, &found,
			     "SELECT count(*) FROM event WHERE what = ?1",
			     SQL_S(str_from(what)))));
	return n;
}

static void test_many(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	int64_t start = clock_mono_ms();
	begin(t);
	int first = owe(t, message(t, &m), 500, "ok.test", 10);
	sender_wake(t->s);
	CHECK(wait_left(t, 0, 30));
	CHECK(clock_mono_ms() - start < 30000);
	end(t);
	CHECK(sink_got(&t->sink, first, 500, 1) == 500 && noted(t, "delivered") == 500);
	CHECK(sink_last_has(&t->sink, "Subject: s\r\n\r\nbody\r\n"));
	CHECK(outbound_unfinished(t->b, t->a, &(struct outbound_message *){ NULL },
				  &(size_t){ 0 })
		      .kind
	      == ERR_NONE);
}

/* Each attempt at TLS is told (RFC 8460). */
static void test_told(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	if (!ok(tls_client(t->a, STR(""), &t->tls)))
		return;
	begin(t);
	owe(t, message(t, &m), 3, "told.ok.test", 1);
	sender_wake(t->s);
	CHECK(wait_left(t, 0, 30));
	end(t);
	CHECK(atomic_load(&t->told) == 1 && t->told_right && !atomic_load(&t->asked));
	tls_free(t->tls);
	t->tls = NULL;
}

/* 451 first: one more attempt, after the wait, and no report to the sender. */
static void test_later(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	begin(t);
	int first = owe(t, message(t, &m), 20, "later.test", 0);
	sender_wake(t->s);
	CHECK(wait_left(t, 0, 30));
	end(t);
	CHECK(sink_got(&t->sink, first, 20, 1) == 20);
	CHECK(noted(t, "tried") == 20 && t->sink.tried[first] == 2);
}

/* 550: over at once, and the sender is told of each, of those refused together in one
 * report. A list's copy is not told of. */
static void test_never(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") },
				list = { .verp = true, .list = STR("dev@lists.example") },
				null = { .reverse_path = STR("") };
	int64_t before = noted(t, "delivered");
	begin(t);
	owe(t, message(t, &m), 40, "never.test", 0);
	owe(t, message(t, &list), 4, "never.test", 0);
	owe(t, message(t, &null), 5, "never.test", 0);
	sender_wake(t->s);
	CHECK(wait_left(t, 0, 30));
	thread_sleep(1500); /* the reports are deliveries, too */
	CHECK(wait_left(t, 0, 30));
	end(t);
	int64_t reports = noted(t, "delivered") - before;
	CHECK(noted(t, "refused") == 49 && reports >= 1 && reports <= 20);
	CHECK(sink_last_has(&t->sink, "Status: 5.1.1")
	      && sink_last_has(&t->sink, "nobody of that name"));
}

/* A destination that is down, and one that accepts and says nothing: the others do not
 * feel it. */
static void test_dead(struct bench *t)
{
	int port, mute = sink_listen(&port);
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	configure(t, "timeout = 5s\n");
	struct conf_route *r = arena_alloc(t->a, (t->conf.route_count + 1) * sizeof *r);
	memcpy(r, t->conf.routes, t->conf.route_count * sizeof *r);
	r[t->conf.route_count++] = (struct conf_route){
		STR("mute.test"), arena_printf(t->a, "smtp://127.0.0.1:%d", port)
	};
	t->conf.routes = r;
	begin(t);
	int64_t start = clock_mono_ms();
	owe(t, message(t, &m), 300, "dead.test", 0);
	owe(t, message(t, &m), 300, "mute.test", 0);
	int first = owe(t, message(t, &m), 300, "ok.test", 10);
	sender_wake(t->s);
	for (int i = 0; i < 1000 && sink_got(&t->sink, first, 300, 1) < 300; i++)
		thread_sleep(10);
	CHECK(sink_got(&t->sink, first, 300, 1) == 300 && clock_mono_ms() - start < 4000);
	int64_t dead = 0;
	for (int i = 0; i < 1000 && dead < 300; i++, thread_sleep(10)) {
		bool found;
		CHECK(ok(book_number(t->b, &dead, &found,
				     "SELECT count(*) FROM delivery WHERE destination = "
				     "'dead.test' AND attempts > 0 AND last_reply LIKE "
				     "'451 4.4.1 %'")));
	}
	CHECK(dead == 300);
	end(t);
	CHECK(left(t) == 600);
	CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
	close(mute);
	configure(t, "");
}

/* Who gets the same octets goes in one transaction, fifty at the most, or as many as the
 * server takes; each has its own outcome. */
static void test_shared(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") },
				own = { .verp = true, .list = STR("dev@lists.example") };
	static const struct {
		int recipients, most, messages;
		bool own;
	} cases[] = { { 49, 0, 1, false },  { 50, 0, 1, false }, { 51, 0, 2, false },
		      { 45, 10, 5, false }, { 3, 1, 3, false },  { 20, 0, 20, true } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int before = atomic_load(&t->sink.messages);
		int64_t tried = noted(t, "tried");
		configure(t, "per_destination = 1\n");
		t->sink.rcpt_most = cases[i].most;
		int first = owe(t, message(t, cases[i].own ? &own : &m),
				cases[i].recipients, "d0.ok.test", 0);
		begin(t);
		CHECK(wait_left(t, 0, 20));
		end(t);
		CHECK(sink_got(&t->sink, first, cases[i].recipients, 1)
		      == cases[i].recipients);
		CHECK(atomic_load(&t->sink.messages) == before + cases[i].messages);
		CHECK(noted(t, "tried") == tried); /* too many is no refusal */
	}
	t->sink.rcpt_most = 0;
	configure(t, "");
}

/* Two in one transaction are refused: the others have it, and hear nothing of it. */
static void test_partly(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	int64_t refused = noted(t, "refused"), id = message(t, &m);
	struct delivery d[40];
	int first = t->next;
	for (int i = 0; i < 40; i++)
		d[i] = (struct delivery){ .destination = STR("d0.ok.test"),
					  .recipient = arena_printf(
						  t->a, "u%d@%s", t->next++,
						  i % 20 == 7 ? "never.test"
							      : "d0.ok.test"),
					  .notify = STR(""),
					  .orcpt = STR(""),
					  .last_reply = STR("") };
	/* None of whose business a strange address is. */
	d[3].recipient = arena_printf(t->a, "u%d@d0.ok.test\x01", first + 3);
	CHECK(ok(delivery_add(t->b, id, d, 40))
	      && ok(outbound_progress(t->b, id, 0, true)));
	begin(t);
	for (int i = 0; i < 1000 && noted(t, "refused") < refused + 3; i++)
		thread_sleep(10);
	CHECK(wait_left(t, 0, 20));
	end(t);
	CHECK(noted(t, "refused") == refused + 3);
	CHECK(sink_got(&t->sink, first, 40, 1) == 37);
}

/* The peer closes in the middle of a message, time and again: nothing is lost, nothing
 * that was taken comes twice. */
static void test_close(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	begin(t);
	int first = owe(t, message(t, &m), 100, "close.test", 0);
	sender_wake(t->s);
	CHECK(wait_left(t, 0, 60));
	end(t);
	CHECK(sink_got(&t->sink, first, 100, 1) == 100);
}

/* Stopped in the middle, as for a new version: what the peer took is written, what is
 * left stays; the next process sends that and nothing else. */
static void test_stop(struct bench *t)
{
	struct outbound_message m = { .verp = true,
				      .reverse_path = STR("x@sender.test") };
	enum { N = 1500 };
	int first = owe(t, message(t, &m), N, "ok.test", 10);
	atomic_store(&t->sink.delay_us, 2000);
	for (int round = 0; round < 3; round++) {
		int before = atomic_load(&t->sink.taken);
		begin(t);
		while (atomic_load(&t->sink.taken) < before + 200)
			thread_sleep(1);
		end(t);
		CHECK(sink_got(&t->sink, first, N, 1) == N - left(t));
		CHECK(left(t) > 0 && sink_got(&t->sink, first, N, 2) == 0);
	}
	atomic_store(&t->sink.delay_us, 0);
	begin(t);
	CHECK(wait_left(t, 0, 60));
	end(t);
	CHECK(sink_got(&t->sink, first, N, 1) == N);
}

static bool wait_got(struct bench *t, int first, int n, int seconds)
{
	for (int i = 0; i < seconds * 100 && sink_got(&t->sink, first, n, 1) < n; i++)
		thread_sleep(10);
	return sink_got(&t->sink, first, n, 1) == n;
}

/* A small post behind a large one, to the same destination and to others: it is there
 * long before the large one has ended. */
static void test_fair(struct bench *t)
{
	struct outbound_message big = { .verp = true, .list = STR("big@lists.example") },
				small = { .verp = true,
					  .list = STR("dev@lists.example") };
	enum { N = 3000 };
	configure(t, "per_destination = 1\n");
	atomic_store(&t->sink.delay_us, 2000);
	int first = owe(t, message(t, &big), N, "d0.ok.test", 0);
	begin(t);
	CHECK(wait_got(t, first, 100, 20));
	int next = owe(t, message(t, &small), 20, "d0.ok.test", 0);
	owe(t, message(t, &small), 20, "ok.test", 5);
	sender_wake(t->s);
	CHECK(wait_got(t, next, 40, 5));
	int done = sink_got(&t->sink, first, N, 1);
	CHECK(done < N / 2);
	end(t);
	atomic_store(&t->sink.delay_us, 0);
	CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
	configure(t, "");
}

/* Twenty servers that let us in and say nothing, and no more than sixteen places: who has
 * answered before still finds one. */
static void test_places(struct bench *t)
{
	int port, mute = sink_listen(&port);
	struct outbound_message m = { .verp = true, .list = STR("dev@lists.example") };
	configure(t, "max_connections = 16\ntimeout = 20s\n");
	struct conf_route *r = arena_alloc(t->a, (t->conf.route_count + 1) * sizeof *r);
	memcpy(r, t->conf.routes, t->conf.route_count * sizeof *r);
	r[t->conf.route_count++] = (struct conf_route){
		STR("*.mute.test"), arena_printf(t->a, "smtp://127.0.0.1:%d", port)
	};
	t->conf.routes = r;
	begin(t);
	CHECK(wait_got(t, owe(t, message(t, &m), 3, "ok.test", 3), 3, 5));
	thread_sleep(1500); /* its sessions have ended */
	owe(t, message(t, &m), 2000, "mute.test", 20);
	sender_wake(t->s);
	thread_sleep(300);
	int64_t start = clock_mono_ms();
	int first = owe(t, message(t, &m), 600, "ok.test", 3);
	sender_wake(t->s);
	CHECK(wait_got(t, first, 600, 10) && clock_mono_ms() - start < 5000);
	close(mute);
	end(t);
	CHECK(left(t) == 2000);
	CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
	configure(t, "");
}

/* Two places, eight destinations: a connection that is kept for later gives way at once. */
static void test_gives_way(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	configure(t, "max_connections = 2\n");
	int first = owe(t, message(t, &m), 8, "ok.test", 8);
	int64_t start = clock_mono_ms();
	begin(t);
	CHECK(wait_got(t, first, 8, 10) && clock_mono_ms() - start < 1500);
	end(t);
	configure(t, "");
}

/* More for one destination than fits in memory: the rest waits in the book, without a
 * write, others pass it, and it goes on as fast as the destination takes it. */
static void test_crowd(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	enum { N = 5000, OTHERS = 50 };
	int64_t id = message(t, &m), start = clock_mono_ms(), put_off;
	bool found;
	int first = owe(t, id, N, "d0.ok.test", 0),
	    others = owe(t, id, OTHERS, "ok.test", 5);
	(void)others;
	begin(t);
	CHECK(wait_left(t, 0, 60));
	CHECK(clock_mono_ms() - start < 25000);
	end(t);
	CHECK(ok(book_number(t->b, &put_off, &found,
			     "SELECT count(*) FROM event WHERE what = 'tried' AND "
			     "recipient LIKE '%@d0.ok.test'"))
	      && put_off == 0);
	CHECK(sink_got(&t->sink, first, N, 1) == N
	      && sink_got(&t->sink, others, OTHERS, 1) == OTHERS);
}

/* Nothing leaves, everything is kept for the page. */
static void test_outbox(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	int taken = atomic_load(&t->sink.taken);
	configure(t, "relay = outbox\n");
	begin(t);
	owe(t, message(t, &m), 1200, "ok.test", 3);
	sender_wake(t->s);
	CHECK(wait_left(t, 0, 30));
	end(t);
	CHECK(noted(t, "kept") == 1200 && atomic_load(&t->sink.taken) == taken);
	configure(t, "");
}

/* Too old to be tried once more: the sender hears of it. */
static void test_expired(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test"),
				      .created_at = clock_now_ms() - 6LL * 86400 * 1000 };
	struct outbound_message late = { .reverse_path = STR("x@sender.test"),
					 .created_at = clock_now_ms()
						       - 5LL * 3600 * 1000 };
	int64_t before = noted(t, "delivered"), warned;
	bool found;
	begin(t);
	owe(t, message(t, &m), 1, "dead.test", 0);
	owe(t, message(t, &late), 1, "dead.test", 0);
	sender_wake(t->s);
	for (int i = 0; i < 1000 && noted(t, "delivered") < before + 2; i++)
		thread_sleep(10);
	end(t);
	CHECK(noted(t, "expired") == 1
	      && noted(t, "delivered") == before + 2); /* a failure and one delay */
	CHECK(ok(book_number(t->b, &warned, &found,
			     "SELECT count(*) FROM delivery WHERE warned = 1"))
	      && warned == 1);
	CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
}

/* No body any more: its row says so, and the others go on. */
static void test_orphan(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") },
				good = { .reverse_path = STR("x@sender.test") };
	int64_t id = message(t, &m), n;
	bool found;
	owe(t, id, 2, "ok.test", 1);
	CHECK(ok(book_run(t->b, "DELETE FROM body WHERE message = ?1", SQL_I(id))));
	int first = owe(t, message(t, &good), 5, "ok.test", 1);
	begin(t);
	CHECK(wait_left(t, 2, 20));
	end(t);
	CHECK(sink_got(&t->sink, first, 5, 1) == 5);
	CHECK(ok(book_number(t->b, &n, &found,
			     "SELECT count(*) FROM delivery WHERE next_at > ?1 AND "
			     "last_reply LIKE '%body is missing'",
			     SQL_I(clock_now() + 3600)))
	      && n == 2);
	CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
}

/* Held rows are not sent; released ones are, although the walk has passed them. */
static void test_held(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	int64_t id = message(t, &m);
	CHECK(ok(outbound_freeze(t->b, id, true)));
	int first = owe(t, id, 10, "ok.test", 2);
	begin(t);
	thread_sleep(300);
	CHECK(left(t) == 10 && sink_got(&t->sink, first, 10, 0) == 10);
	CHECK(ok(outbound_freeze(t->b, id, false)));
	sender_wake(t->s);
	CHECK(wait_left(t, 0, 20));
	end(t);
	CHECK(sink_got(&t->sink, first, 10, 1) == 10);
}

/* A row that the book refuses, among others: those are written, its copy is not sent
 * again, and one whose end cannot be written either stays where it is. */
static void test_bad_row(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	int64_t before = noted(t, "delivered"), id = message(t, &m);
	int bad = owe(t, id, 1, "d7.ok.test", 0), first = owe(t, id, 50, "ok.test", 5),
	    stuck = owe(t, id, 1, "d8.ok.test", 0);
	CHECK(ok(book_run(t->b, "CREATE TRIGGER no_entry BEFORE INSERT ON event WHEN "
				"NEW.recipient LIKE '%@d7.ok.test' OR "
				"NEW.recipient LIKE '%@d8.ok.test' "
				"BEGIN SELECT RAISE(ABORT, 'no'); END")));
	CHECK(ok(book_run(t->b, "CREATE TRIGGER no_end BEFORE DELETE ON delivery WHEN "
				"OLD.destination = 'd8.ok.test' "
				"BEGIN SELECT RAISE(ABORT, 'no'); END")));
	begin(t);
	CHECK(wait_left(t, 1, 20));
	thread_sleep(1500); /* as long as the dispatcher takes to look again */
	sender_wake(t->s);
	thread_sleep(200);
	end(t);
	CHECK(noted(t, "delivered") == before + 50);
	CHECK(sink_got(&t->sink, first, 50, 1) == 50);
	CHECK(sink_got(&t->sink, bad, 1, 1) == 1 && sink_got(&t->sink, stuck, 1, 1) == 1);
	CHECK(ok(book_run(t->b, "DROP TRIGGER no_entry"))
	      && ok(book_run(t->b, "DROP TRIGGER no_end")));
	CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
}

int main(void)
{
	ARENA(a);
	static struct bench t;
	signal(SIGPIPE, SIG_IGN);
	t.a = a;
	t.data = folder_make(a);
	t.dns = arena_zero(a, sizeof *t.dns);
	*t.dns = DNS_TABLE(a);
	t.b = fresh_book(a, t.data, BOOK_OUTBOUND);
	sink_start(&t.sink);
	configure(&t, "");
	test_many(&t);
	test_told(&t);
	test_later(&t);
	test_never(&t);
	test_dead(&t);
	test_shared(&t);
	test_partly(&t);
	test_fair(&t);
	test_places(&t);
	test_gives_way(&t);
	test_close(&t);
	test_stop(&t);
	test_crowd(&t);
	test_outbox(&t);
	test_expired(&t);
	test_orphan(&t);
	test_held(&t);
	test_bad_row(&t);
	sink_stop(&t.sink);
	book_close(t.b);
	folder_remove(a, t.data);
	return check_done();
}
