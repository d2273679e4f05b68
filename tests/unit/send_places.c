/* Who is served, and when: slow and dead destinations, large posts and few places. */
#include "send_bench.h"

#include "base/mem.h"
#include "send/sender_inside.h"

/* A destination that is down, and one that accepts and says nothing: the others do not
 * feel it. */
static void test_dead(struct bench *t)
{
	int port, mute = sink_listen(&port);
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	configure(t, "timeout = 60s\n");
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
	CHECK(wait_got(t, first, 300, 50) && clock_mono_ms() - start < 50000);
	int64_t dead = 0;
	for (int i = 0; i < 6000 && dead < 300; i++, thread_sleep(10)) {
		bool found;
		CHECK(ok(book_number(t->b, &dead, &found,
				     "SELECT count(*) FROM delivery WHERE destination = "
				     "'dead.test' AND attempts > 0 AND last_reply LIKE "
				     "'451 4.4.1 %'")));
	}
	CHECK(dead == 300);
	close(mute); /* nobody waits any more for what it does not say */
	end(t);
	CHECK(left(t) == 600);
	CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
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

/* Ten large posts of one list beside one of another, at one destination: the list with
 * the many has one share, not ten, also of what has no room in memory. */
static void test_fair_lists(struct bench *t)
{
	struct outbound_message big = { .verp = true, .list = STR("big@lists.example") },
				small = { .verp = true,
					  .list = STR("dev@lists.example") };
	static const int sizes[] = { 60, 500 };
	enum { POSTS = 10, EACH = 500 };
	configure(t, "per_destination = 1\n");
	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
		atomic_store(&t->sink.delay_us, 1000);
		int first = t->next;
		for (int i = 0; i < POSTS; i++)
			owe(t, message(t, &big), EACH, "d0.ok.test", 0);
		begin(t);
		CHECK(wait_got(t, first, 100, 20));
		int before = sink_got(&t->sink, first, POSTS * EACH, 1),
		    next = owe(t, message(t, &small), sizes[k], "d0.ok.test", 0);
		sender_wake(t->s);
		CHECK(wait_got(t, next, sizes[k], 30));
		/* One for one, and what went on until it was noticed. */
		int done = sink_got(&t->sink, first, POSTS * EACH, 1) - before,
		    most = sizes[k] * 2 + 150;
		if (done > most)
			fprintf(stderr, "  %d: %d of the others\n", sizes[k], done);
		CHECK(done <= most);
		end(t);
		atomic_store(&t->sink.delay_us, 0);
		CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
	}
	configure(t, "");
}

static struct conf_route *route_mute(struct bench *t, str name, int port)
{
	struct conf_route *r = arena_alloc(t->a, (t->conf.route_count + 1) * sizeof *r);
	memcpy(r, t->conf.routes, t->conf.route_count * sizeof *r);
	r[t->conf.route_count++] = (struct conf_route){
		name, arena_printf(t->a, "smtp://127.0.0.1:%d", port)
	};
	return r;
}

/* More retries of one list are due than memory holds, at servers that say nothing. Those
 * of another, due later, do not wait for them. */
static void test_fair_retries(struct bench *t)
{
	int port, mute = sink_listen(&port);
	struct outbound_message big = { .verp = true, .list = STR("big@lists.example") },
				small = { .verp = true,
					  .list = STR("dev@lists.example") };
	configure(t, "max_connections = 64\ntimeout = 60s\n");
	t->conf.routes = route_mute(t, STR("*.mute.test"), port);
	int64_t first_of = message(t, &big), second = message(t, &small);
	int first = t->next;
	for (int i = 0; i < 25; i++, t->next = first) /* nobody has any of them */
		owe(t, first_of, 1000, "mute.test", 20);
	int next = owe(t, second, 20, "ok.test", 5);
	CHECK(ok(book_run(t->b,
			  "UPDATE delivery SET attempts = 1, next_at = "
			  "?1 + (message = ?2)",
			  SQL_I(clock_now() - 100), SQL_I(second))));
	begin(t);
	CHECK(wait_got(t, next, 20, 15) && wait_left(t, 25000, 5));
	close(mute);
	end(t);
	CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
	configure(t, "");
}

/* A thousand posts of one list that post has not ended, and some more: another's has its
 * turn, and in the end theirs too. */
static void test_many_open(struct bench *t)
{
	struct outbound_message big = { .verp = true, .list = STR("big@lists.example") },
				small = { .verp = true,
					  .list = STR("dev@lists.example") };
	enum { OPEN = 1030 };
	int64_t ids[OPEN];
	configure(t, "");
	int first = t->next;
	CHECK(ok(book_begin(t->b)));
	for (int i = 0; i < OPEN; i++) {
		ids[i] = message(t, &big);
		owe(t, ids[i], 1, "ok.test", 5);
		CHECK(ok(book_run(t->b, "UPDATE message SET complete = 0 WHERE id = ?1",
				  SQL_I(ids[i]))));
	}
	CHECK(ok(book_commit(t->b)));
	begin(t);
	CHECK(wait_got(t, first, 1000, 20));
	int next = owe(t, message(t, &small), 20, "ok.test", 5);
	sender_wake(t->s);
	CHECK(wait_got(t, next, 20, 10));
	CHECK(sink_got(&t->sink, first, OPEN, 1)
	      == 1000); /* the others have no turn yet */
	CHECK(ok(book_run(t->b, "UPDATE message SET complete = 1")));
	sender_wake(t->s);
	CHECK(wait_got(t, first, OPEN, 10));
	end(t);
	CHECK(ok(book_run(t->b, "DELETE FROM delivery")));
	configure(t, "");
}

/* Twenty servers that let us in and say nothing, and no more than sixteen places: who has
 * answered before still finds one. */
static void test_places(struct bench *t)
{
	int port, mute = sink_listen(&port);
	struct outbound_message m = { .verp = true, .list = STR("dev@lists.example") };
	configure(t, "max_connections = 16\ntimeout = 60s\n");
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
	CHECK(wait_got(t, first, 600, 50) && clock_mono_ms() - start < 50000);
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
	int64_t took = 3000; /* if each pair were kept for its second */
	for (int i = 0; i < 5 && took >= 2500; i++) {
		int first = owe(t, message(t, &m), 8, "ok.test", 8);
		int64_t start = clock_mono_ms();
		begin(t);
		CHECK(wait_got(t, first, 8, 50));
		took = clock_mono_ms() - start;
		end(t);
	}
	CHECK(took < 2500);
	configure(t, "");
}

/* One place and two destinations: a connection by which much went has more at once, and
 * goes on; then the other has the place. */
static void test_keeps(struct bench *t)
{
	struct outbound_message m = { .verp = true, .list = STR("dev@lists.example") };
	configure(t, "max_connections = 1\nper_destination = 1\n");
	t->brief_ms = 3000;
	int before = atomic_load(&t->sink.connections);
	int first = owe(t, message(t, &m), 30, "d0.ok.test", 0),
	    other = owe(t, message(t, &m), 1, "d1.ok.test", 0);
	begin(t);
	CHECK(wait_got(t, first, 30, 10));
	first = owe(t, message(t, &m), 30, "d0.ok.test", 0);
	sender_wake(t->s);
	CHECK(wait_got(t, first, 30, 10));
	CHECK(atomic_load(&t->sink.connections) == before + 1);
	CHECK(wait_got(t, other, 1, 10));
	CHECK(atomic_load(&t->sink.connections) == before + 2);
	end(t);
	t->brief_ms = 0;
	configure(t, "");
}

/* More for one destination than fits in memory: the rest waits in the book, without a
 * write, others pass it, and it goes on as fast as the destination takes it. */
static void test_crowd(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") };
	enum { N = 5000, OTHERS = 50 };
	int64_t id = message(t, &m), put_off;
	bool found;
	int first = owe(t, id, N, "d0.ok.test", 0),
	    others = owe(t, id, OTHERS, "ok.test", 5);
	(void)others;
	begin(t);
	CHECK(wait_left(t, 0, 60));
	end(t);
	CHECK(ok(book_number(t->b, &put_off, &found,
			     "SELECT count(*) FROM event WHERE what = 'tried' AND "
			     "recipient LIKE '%@d0.ok.test'"))
	      && put_off == 0);
	CHECK(sink_got(&t->sink, first, N, 1) == N
	      && sink_got(&t->sink, others, OTHERS, 1) == OTHERS);
}

/* Whatever its mail wants of TLS, a name is one destination, and a list has one share of
 * it. */
static void test_wants(void)
{
	enum { FLOW = 7, WANTS = TLS_WANT_LAST + 1 };
	struct sender s = { 0 };
	struct destination *d[WANTS];
	s.wanting_last = &s.wanting;
	for (unsigned want = WANTS; want--;) { /* the usual one last */
		d[want] = destination_get(&s, STR("ok.test"), (enum tls_want)want);
		d[want]->sessions = want + 1;
		for (unsigned n = 0; n <= want; n++) {
			struct item *i = mem_zero(sizeof *i);
			i->flow = FLOW;
			i->message = 100 + want;
			destination_put(&s, d[want], i);
		}
	}
	struct destination *other = destination_get(&s, STR("other.test"),
						    TLS_WANT_REPORT);
	for (unsigned want = 0; want < WANTS; want++) {
		size_t all = WANTS * (WANTS + 1) / 2;
		CHECK(destination_get(&s, STR("ok.test"), (enum tls_want)want)
		      == d[want]);
		CHECK(destination_waiting(d[want]) == all
		      && destination_sessions(d[want]) == all
		      && destination_of_flow(d[want], FLOW) == all);
		for (unsigned k = 0; k < WANTS; k++)
			CHECK(destination_of_message(d[want], FLOW, 100 + k) == k + 1);
	}
	CHECK(!destination_waiting(other) && !destination_of_flow(other, FLOW)
	      && !destination_of_flow(d[0], FLOW + 1));
	destinations_free(&s);
}

int main(void)
{
	ARENA(a);
	static struct bench t;
	bench_start(&t, a);
	test_dead(&t);
	test_fair(&t);
	test_fair_lists(&t);
	test_fair_retries(&t);
	test_many_open(&t);
	test_places(&t);
	test_gives_way(&t);
	test_keeps(&t);
	test_crowd(&t);
	test_wants();
	bench_stop(&t);
	return check_done();
}
