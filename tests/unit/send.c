/* The engine that empties the outbound book: what becomes of each delivery. */
#include "send_bench.h"

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

static int64_t detailed(struct bench *t, const char *detail)
{
	int64_t n = 0;
	bool found;
	CHECK(ok(book_number(t->b, &n, &found,
			     "SELECT count(*) FROM event WHERE detail = ?1",
			     SQL_S(str_from(detail)))));
	return n;
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
	      && sink_last_has(&t->sink, "Remote-MTA: dns; 127.0.0.1\r\n")
	      && sink_last_has(&t->sink,
			       "Diagnostic-Code: smtp; 550 5.1.1 nobody of that "
			       "name (see 127.0.0.1)\r\n"));
	CHECK(detailed(t, "550 5.1.1 nobody of that name (see 127.0.0.1) (127.0.0.1, in "
			  "clear)")
	      == 49);
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
				"NEW.entries > 1 OR NEW.recipient LIKE '%@d7.ok.test' OR "
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
	bench_start(&t, a);
	test_many(&t);
	test_told(&t);
	test_later(&t);
	test_never(&t);
	test_close(&t);
	test_stop(&t);
	test_outbox(&t);
	test_expired(&t);
	test_orphan(&t);
	test_held(&t);
	test_bad_row(&t);
	bench_stop(&t);
	return check_done();
}
