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

int main(void)
{
	ARENA(a);
	static struct bench t;
	bench_start(&t, a);
	test_opens(&t);
	test_refuses(&t);
	test_slow(&t);
	bench_stop(&t);
	return check_done();
}
