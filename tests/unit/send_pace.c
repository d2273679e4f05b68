/* How many sessions a destination gets: few at first, more while it answers well, fewer
 * again when it refuses or is slow. */
#include "send_bench.h"

enum { N = 400, LIMIT = 10, TAKES_US = 20000 };

static bool wait_sessions(struct bench *t, int least, int most)
{
	int n = -1;
	for (int i = 0; i < 1000; i++, thread_sleep(5)) {
		n = atomic_load(&t->sink.sessions);
		if (n >= least && n <= most)
			return true;
	}
	fprintf(stderr, "  %d sessions\n", n);
	return false;
}

/* Copies of their own, a transaction each, enough for LIMIT sessions and more. */
static int fan_out(struct bench *t)
{
	struct outbound_message m = { .verp = true, .list = STR("dev@lists.example") };
	configure(t, "per_destination = 10\n");
	atomic_store(&t->sink.delay_us, TAKES_US);
	int first = owe(t, message(t, &m), N, "d0.ok.test", 0);
	begin(t);
	return first;
}

static void finish(struct bench *t, int first)
{
	atomic_store(&t->sink.delay_us, 0);
	CHECK(wait_left(t, 0, 30));
	end(t);
	CHECK(sink_got(&t->sink, first, N, 1) == N);
	configure(t, "");
}

static void test_opens(struct bench *t)
{
	atomic_store(&t->sink.mutes, true);
	int first = fan_out(t);
	CHECK(wait_sessions(t, 2, 2));
	thread_sleep(300); /* nobody has answered: no more of them */
	CHECK(wait_sessions(t, 2, 2) && atomic_load(&t->sink.connections) == 2);
	atomic_store(&t->sink.mutes, false);
	CHECK(wait_sessions(t, LIMIT, LIMIT));
	finish(t, first);
	CHECK(atomic_load(&t->sink.connections) == LIMIT);
}

/* It says that it has too much to do: those that are open end, though much waits. */
static void test_refuses(struct bench *t)
{
	int first = fan_out(t);
	CHECK(wait_sessions(t, LIMIT, LIMIT));
	atomic_store(&t->sink.busy, true);
	CHECK(wait_sessions(t, 1, LIMIT / 2));
	CHECK(atomic_load(&t->sink.turned_away) < N / 4);
	atomic_store(&t->sink.busy, false);
	finish(t, first);
}

static void test_slow(struct bench *t)
{
	t->slow_ms = 500;
	int first = fan_out(t);
	CHECK(wait_sessions(t, LIMIT, LIMIT));
	int taken = sink_got(&t->sink, first, N, 1);
	atomic_store(&t->sink.delay_us, 600000);
	CHECK(wait_sessions(t, 1, LIMIT / 2));
	CHECK(sink_got(&t->sink, first, N, 1) - taken < N / 4);
	finish(t, first);
	t->slow_ms = 0;
}

struct dead_dns { /* a name server from which no answer comes: the resolver gives up */
	struct resolver resolver;
	atomic_int after_ms, asked;
};

static void give_up(struct resolver *r, struct arena *a, str name, enum dns_type type,
		    int64_t deadline, struct dns_answer *answer)
{
	struct dead_dns *dns = (struct dead_dns *)r;
	(void)a, (void)name, (void)type, (void)deadline;
	atomic_fetch_add(&dns->asked, 1);
	thread_sleep(atomic_load(&dns->after_ms));
	*answer = (struct dns_answer){ .status = DNS_FAILED, .why = "no answer" };
}

/* Each post waits longer for a name server, before it is signed, than a server may take:
 * that one answers quickly, and gets more sessions. */
static void test_slow_dns(struct bench *t)
{
	enum { POSTS = 40, EACH = 10 };
	struct dead_dns dns = { .resolver = { give_up }, .after_ms = 800 };
	struct keyring ring = { 0 };
	str pem;
	CHECK(ok(sign_key_make(t->a, SIGN_ED25519, &pem))
	      && ok(keyring_add(t->a, &ring, STR("s"), 1, pem)));
	configure(t, "per_destination = 10\n");
	t->sealer = (struct sealer){ .ring = &ring,
				     .domain = STR("site.example"),
				     .hostname = STR("mx.site.example"),
				     .resolver = &dns.resolver };
	t->slow_ms = 500;
	int first = t->next;
	for (int i = 0; i < POSTS; i++) {
		struct outbound_message m = { .verp = true,
					      .list = STR("dev@lists.example") };
		owe(t, message(t, &m), EACH, "d0.ok.test", 0);
	}
	begin(t);
	CHECK(wait_sessions(t, 4, LIMIT));
	CHECK(atomic_load(&dns.asked) >= 4);
	atomic_store(&dns.after_ms, 0);
	CHECK(wait_got(t, first, POSTS * EACH, 30) && wait_left(t, 0, 30));
	end(t);
	t->slow_ms = 0;
	t->sealer = (struct sealer){ 0 };
	keyring_free(&ring);
	configure(t, "");
}

/* A disk that stands for longer than a server may take, time and again: the outcomes wait,
 * and so do sessions, whose servers are as quick as before. */
static void test_slow_disk(struct bench *t)
{
	enum { STANDS_MS = 1200 };
	t->slow_ms = 500;
	t->outcomes_most = 4;
	int first = fan_out(t);
	CHECK(wait_sessions(t, LIMIT, LIMIT));
	int connections = atomic_load(&t->sink.connections);
	for (int i = 0; i < 3; i++) {
		int taken = sink_got(&t->sink, first, N, 1);
		CHECK(ok(book_begin(t->b)));
		thread_sleep(STANDS_MS);
		CHECK(sink_got(&t->sink, first, N, 1) - taken < N / 4);
		CHECK(ok(book_end(t->b, OK)));
		thread_sleep(50);
		CHECK(wait_sessions(t, LIMIT, LIMIT));
	}
	finish(t, first);
	CHECK(atomic_load(&t->sink.connections) == connections);
	t->slow_ms = 0;
	t->outcomes_most = 0;
}

int main(void)
{
	ARENA(a);
	static struct bench t;
	bench_start(&t, a);
	test_opens(&t);
	test_refuses(&t);
	test_slow(&t);
	test_slow_dns(&t);
	test_slow_disk(&t);
	bench_stop(&t);
	return check_done();
}
