/* One transaction for many recipients. */
#include "send_bench.h"

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

/* A session for each twenty transactions, not for each twenty who share one: those who
 * could go together would be scattered. The server takes its time, or one session would be
 * done before the dispatcher, woken by its first good answer, begins the second. */
static void test_sessions(struct bench *t)
{
	struct outbound_message m = { .reverse_path = STR("x@sender.test") },
				own = { .verp = true, .list = STR("dev@lists.example") };
	static const struct {
		bool own;
		int sessions, messages;
	} cases[] = { { false, 1, 4 }, { true, 2, 200 } };
	atomic_store(&t->sink.delay_us, 5000);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int messages = atomic_load(&t->sink.messages),
		    sessions = atomic_load(&t->sink.connections);
		configure(t, "per_destination = 2\n");
		int first = owe(t, message(t, cases[i].own ? &own : &m), 200,
				"d0.ok.test", 0);
		begin(t);
		CHECK(wait_left(t, 0, 20));
		end(t);
		CHECK(sink_got(&t->sink, first, 200, 1) == 200);
		CHECK(atomic_load(&t->sink.messages) == messages + cases[i].messages);
		CHECK(atomic_load(&t->sink.connections) == sessions + cases[i].sessions);
	}
	atomic_store(&t->sink.delay_us, 0);
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

int main(void)
{
	ARENA(a);
	static struct bench t;
	bench_start(&t, a);
	test_shared(&t);
	test_sessions(&t);
	test_partly(&t);
	bench_stop(&t);
	return check_done();
}
