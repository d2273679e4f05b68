/* Who is served, and when: slow and dead destinations, large posts and few places. */
#include "send_bench.h"

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

int main(void)
{
	ARENA(a);
	static struct bench t;
	bench_start(&t, a);
	test_dead(&t);
	test_fair(&t);
	test_places(&t);
	test_gives_way(&t);
	test_crowd(&t);
	bench_stop(&t);
	return check_done();
}
