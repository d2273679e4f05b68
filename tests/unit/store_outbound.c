/* Messages, their bodies and deliveries, and what a sender has sent of late. */
#include "store_folder.h"

#include "store/outbound/budget.h"
#include "store/outbound/delivery.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"
#include "store/outbound/queue.h"
#include "store/outbound/sts.h"

static struct outbound_message message(str source)
{
	return (struct outbound_message){
		.source = source,
		.inbound = 17,
		.kind = STR("post"),
		.list = STR("dev@lists.example"),
		.reverse_path = STR("dev-bounces@lists.example"),
		.verp = true,
		.author_signed = true,
		.message_id = STR("m1@uni.example"),
		.subject = STR("Hello"),
		.created_at = 5000,
		.envid = STR("E"),
		.ret = STR("FULL"),
		.size = 150000,
		.split = 321,
		.personal = STR("List-Unsubscribe: {leave}"),
		.smtputf8 = true,
		.eightbit = true,
	};
}

static void test_message(struct arena *a, struct book *b)
{
	struct outbound_message m = message(STR("17/dev@lists.example")), again = m, got,
				*all;
	bool fresh;
	size_t n;
	CHECK(ok(outbound_add(b, &m, &fresh)) && fresh && m.id > 0 && !m.complete
	      && m.kept);
	CHECK(ok(outbound_progress(b, m.id, 500, false)));
	CHECK(ok(outbound_add(b, &again, &fresh)) && !fresh);
	CHECK(again.id == m.id && again.fanned_to == 500 && !again.complete);
	CHECK(ok(outbound_get(b, a, m.id, &got)));
	CHECK(str_eq(got.source, m.source) && got.inbound == 17
	      && str_eq(got.kind, m.kind));
	CHECK(str_eq(got.list, m.list) && str_eq(got.reverse_path, m.reverse_path));
	CHECK(got.author_signed && got.verp && str_eq(got.message_id, m.message_id)
	      && str_eq(got.subject, m.subject));
	CHECK(got.created_at == 5000 && str_eq(got.envid, m.envid)
	      && str_eq(got.ret, m.ret));
	CHECK(got.size == 150000 && got.split == 321 && str_eq(got.personal, m.personal));
	CHECK(got.smtputf8 && got.eightbit && got.fanned_to == 500 && !got.frozen
	      && got.kept);
	CHECK(ok(outbound_unfinished(b, a, &all, &n)) && n == 1 && all[0].id == m.id);
	CHECK(ok(outbound_progress(b, m.id, 700, true)));
	CHECK(ok(outbound_unfinished(b, a, &all, &n)) && n == 0);
	CHECK(ok(outbound_by_inbound(b, a, 17, &all, &n)) && n == 1);
	CHECK(ok(outbound_by_message_id(b, a, STR("m1@uni.example"), &all, &n))
	      && n == 1);
	CHECK(ok(outbound_before(b, a, 0, 10, &all, &n)) && n == 1);
	CHECK(ok(outbound_before(b, a, m.id, 10, &all, &n)) && n == 0);
	CHECK(outbound_get(b, a, 999, &got).kind == ERR_NOTFOUND);
	CHECK(outbound_progress(b, 999, 1, true).kind == ERR_NOTFOUND);
}

static void test_body(struct arena *a, struct book *b)
{
	static const struct {
		int64_t from, length, got;
	} cases[] = {
		{ 0, 200000, 150000 }, { 0, 10, 10 },           { 65535, 2, 2 },
		{ 65536, 1, 1 },       { 65536, 65536, 65536 }, { 149999, 5, 1 },
		{ 150000, 5, 0 },      { 400000, 5, 0 },        { 10, 140000, 140000 },
		{ 5, 0, 0 },
	};
	struct outbound_message m = message(STR("body"));
	bool fresh;
	char *bytes = arena_alloc(a, 150000);
	str got;
	for (int i = 0; i < 150000; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	CHECK(ok(outbound_add(b, &m, &fresh)));
	CHECK(outbound_body_read(b, a, m.id, 0, 5, &got).kind == ERR_NOTFOUND);
	CHECK(ok(outbound_body_write(b, m.id, (str){ bytes, 150000 })));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK(ok(outbound_body_read(b, a, m.id, cases[i].from, cases[i].length,
					    &got)));
		CHECK((int64_t)got.n == cases[i].got);
		CHECK(!got.n || !memcmp(got.p, bytes + cases[i].from, got.n));
	}
	CHECK(outbound_body_read(b, a, m.id, -1, 5, &got).kind == ERR_LIMIT);
	CHECK(outbound_body_piece(b, m.id, 9, (str){ bytes, BODY_PIECE + 1 }).kind
	      == ERR_LIMIT);
	struct outbound_message empty = message(STR("empty"));
	CHECK(ok(outbound_add(b, &empty, &fresh)));
	CHECK(ok(outbound_body_write(b, empty.id, STR_NONE)));
	CHECK(ok(outbound_body_read(b, a, empty.id, 0, 100, &got)) && got.n == 0);
	CHECK(ok(book_run(b, "DELETE FROM message")));
}

/* Ten deliveries, to two destinations; ids first .. first + 9. */
static int64_t ten(struct arena *a, struct book *b, int64_t message)
{
	struct delivery d[10];
	for (int i = 0; i < 10; i++)
		d[i] = (struct delivery){
			.destination = i % 2 ? STR("odd.example") : STR("even.example"),
			.recipient = arena_printf(a, "m%d@%s.example", i,
						  i % 2 ? "odd" : "even"),
			.member = 100 + i,
			.notify = STR("FAILURE"),
			.orcpt = STR("rfc822;x"),
		};
	CHECK(ok(delivery_add(b, message, d, 10)));
	CHECK(d[9].id == d[0].id + 9);
	return d[0].id;
}

static int64_t added(struct book *b, const char *source)
{
	struct outbound_message m = message(str_from(source));
	bool fresh;
	CHECK(ok(outbound_add(b, &m, &fresh)));
	return m.id;
}

static size_t claimed(struct arena *a, struct book *b, int64_t *after)
{
	struct delivery *d;
	size_t n = 0;
	CHECK(ok(delivery_claim(b, a, after, 1000, &d, &n)));
	return n;
}

static size_t due(struct arena *a, struct book *b, int64_t now)
{
	struct delivery *d;
	size_t n = 0;
	CHECK(ok(delivery_due(b, a, now, 1000, &d, &n)));
	return n;
}

/* Page by page it goes through the same, also where many share a second. */
static void test_due_after(struct arena *a, struct book *b)
{
	int64_t first = ten(a, b, added(b, "due")), at = 0, id = 0;
	static const int64_t wanted[] = { 3, 1, 2, 4, 5 }; /* behind first */
	struct delivery *d;
	size_t n, seen = 0;
	CHECK(ok(delivery_later(b, first + 3, 1, 900, STR(""))));
	for (int64_t i = 1; i <= 5; i++)
		if (i != 3)
			CHECK(ok(delivery_later(b, first + i, 1, 1000, STR(""))));
	CHECK(ok(delivery_later(b, first + 6, 1, 1001, STR(""))));
	do {
		CHECK(ok(delivery_due_after(b, a, 1000, &at, &id, 2, &d, &n)) && n <= 2);
		for (size_t i = 0; i < n; i++)
			CHECK(seen < 5 && d[i].id == first + wanted[seen++]);
	} while (n);
	CHECK(seen == 5 && at == 1000 && id == first + 5);
	for (int64_t i = 0; i < 10; i++)
		CHECK(ok(delivery_done(b, first + i)));
}

static void test_delivery(struct arena *a, struct book *b)
{
	int64_t message = added(b, "delivery"), first = ten(a, b, message), after = 0, n,
		at;
	struct delivery *d, one;
	size_t count;
	CHECK(ok(delivery_claim(b, a, &after, 4, &d, &count)) && count == 4);
	CHECK(d[0].id == first && after == first + 3 && d[1].member == 101);
	CHECK(str_eq(d[1].destination, STR("odd.example")));
	CHECK(str_eq(d[1].recipient, STR("m1@odd.example")));
	CHECK(str_eq(d[1].notify, STR("FAILURE")) && str_eq(d[1].orcpt, STR("rfc822;x")));
	CHECK(claimed(a, b, &after) == 6 && claimed(a, b, &after) == 0
	      && after == first + 9);
	CHECK(ok(delivery_next_at(b, &at)) && at == 0);
	CHECK(ok(delivery_later(b, first, 1, 2000, STR("450 later"))));
	CHECK(ok(delivery_later(b, first + 1, 2, 1000, STR("451 busy"))));
	CHECK(ok(delivery_next_at(b, &at)) && at == 1000);
	CHECK(due(a, b, 999) == 0 && due(a, b, 1000) == 1 && due(a, b, 5000) == 2);
	CHECK(ok(delivery_due(b, a, 5000, 1, &d, &count)) && count == 1);
	CHECK(d[0].id == first + 1 && d[0].attempts == 2);
	CHECK(str_eq(d[0].last_reply, STR("451 busy")));
	CHECK(ok(delivery_warned(b, first)) && ok(delivery_get(b, a, first, &one))
	      && one.warned);
	after = 0;
	CHECK(claimed(a, b, &after) == 8); /* as after a restart: scheduled ones wait */
	CHECK(ok(delivery_done(b, first + 5)));
	CHECK(ok(delivery_done(b, first + 5)));
	CHECK(delivery_get(b, a, first + 5, &one).kind == ERR_NOTFOUND);
	CHECK(ok(delivery_count(b, &n)) && n == 9);
	CHECK(ok(delivery_left(b, message, &n)) && n == 9);
	CHECK(delivery_add(b, 99999, &one, 1).kind == ERR_NOTFOUND);
	CHECK(ok(book_run(b, "DELETE FROM delivery")));
}

/* Runs of ids, in any order: what stands between them stays. */
static void test_done_all(struct arena *a, struct book *b)
{
	int64_t message = added(b, "done"), first = ten(a, b, message), n;
	int64_t ids[] = { first + 8, first + 2, first + 1, first + 9,
			  first + 3, first + 5, first + 2 };
	struct delivery one;
	CHECK(ok(delivery_done_all(b, ids, 0)));
	CHECK(ok(delivery_left(b, message, &n)) && n == 10);
	CHECK(ok(delivery_done_all(b, ids, sizeof ids / sizeof *ids)));
	CHECK(ok(delivery_left(b, message, &n)) && n == 4);
	for (int i = 0; i < 10; i++)
		CHECK(delivery_get(b, a, first + i, &one).kind
		      == (i == 0 || i == 4 || i == 6 || i == 7 ? ERR_NONE
							       : ERR_NOTFOUND));
	CHECK(ok(book_run(b, "DELETE FROM delivery")));
}

static void test_freeze(struct arena *a, struct book *b)
{
	int64_t message = added(b, "freeze"), first = ten(a, b, message), after = 0;
	struct outbound_message *all;
	size_t n;
	CHECK(ok(delivery_later(b, first, 1, 50, STR("450"))));
	CHECK(ok(outbound_freeze(b, message, true)));
	ten(a, b, message); /* the fan-out goes on: held as well */
	CHECK(claimed(a, b, &after) == 0 && after == first + 19);
	CHECK(due(a, b, 100) == 0);
	CHECK(ok(outbound_frozen(b, a, &all, &n)) && n == 1 && all[0].id == message);
	CHECK(ok(outbound_freeze(b, message, false)));
	CHECK(claimed(a, b, &after) == 0 && due(a, b, 100) == 20); /* passed, yet found */
	CHECK(ok(outbound_frozen(b, a, &all, &n)) && n == 0);
	CHECK(outbound_freeze(b, 99999, true).kind == ERR_NOTFOUND);
	CHECK(ok(book_run(b, "DELETE FROM delivery")));
}

static void test_queue(struct arena *a, struct book *b)
{
	struct queue_filter odd = { .destination = STR("odd.example") }, all = { 0 }, one;
	struct queue_row *rows;
	struct queue_destination *d;
	struct ledger_entry *e;
	int64_t message = added(b, "queue"), first = ten(a, b, message), after = 0, n = 0,
		*ids;
	size_t count;
	one = (struct queue_filter){ .id = first + 2 };
	CHECK(ok(queue_list(b, a, &odd, 0, 3, &rows, &count)) && count == 3);
	CHECK(rows[0].delivery.id == first + 1 && rows[0].created_at == 5000);
	CHECK(str_eq(rows[0].subject, STR("Hello")) && rows[0].inbound == 17);
	CHECK(str_eq(rows[0].source, STR("queue")) && !rows[0].frozen);
	CHECK(ok(queue_list(b, a, &one, 0, 3, &rows, &count)) && count == 1);
	CHECK(ok(queue_list(b, a, &one, first + 2, 3, &rows, &count)) && count == 0);
	CHECK(ok(queue_messages(b, a, 0, 9, &ids, &count)) && count == 1
	      && ids[0] == message);
	CHECK(ok(queue_messages(b, a, message, 9, &ids, &count)) && count == 0);
	CHECK(ok(queue_hold(b, &odd, &n)) && n == 5);
	CHECK(ok(queue_hold(b, &odd, &n)) && n == 0);
	CHECK(claimed(a, b, &after) == 5);
	CHECK(ok(delivery_later(b, first + 2, 1, 900, STR("450 busy"))));
	CHECK(ok(queue_destinations(b, a, &d, &count)) && count == 2);
	CHECK(str_eq(d[0].name, STR("even.example")) && d[0].deliveries == 5
	      && d[0].held == 0);
	CHECK(d[0].tried == 1 && d[0].next_at == 900 && d[0].oldest == 5000);
	CHECK(str_eq(d[0].last_reply, STR("450 busy")) && d[1].held == 5
	      && d[1].next_at == 0);
	CHECK(ok(queue_release(b, &all, &n)) && n == 5 && due(a, b, 1) == 5);
	CHECK(ok(queue_retry(b, &one, &n)) && n == 1 && due(a, b, 1) == 6);
	CHECK(ok(queue_remove(b, &odd, 777, STR("by hand"), &n)) && n == 5);
	CHECK(ok(ledger_by_message(b, a, message, 0, 100, &e, &count)) && count == 5);
	CHECK(str_eq(e[0].what, STR("removed")) && str_eq(e[0].detail, STR("by hand")));
	CHECK(e[0].at == 777 && e[0].inbound == 17
	      && str_eq(e[0].recipient, STR("m1@odd.example")));
	CHECK(ok(queue_remove(b, &all, 778, STR("all"), &n)) && n == 5);
	CHECK(ok(delivery_count(b, &n)) && n == 0);
}

/* More than a batch. */
static void test_queue_large(struct arena *a, struct book *b)
{
	struct queue_filter all = { 0 };
	int64_t message = added(b, "large"), n = 0;
	for (int i = 0; i < 250; i++)
		ten(a, b, message);
	CHECK(ok(queue_hold(b, &all, &n)) && n == 2500);
	CHECK(ok(queue_release(b, &all, &n)) && n == 2500);
	CHECK(ok(queue_remove(b, &all, 1, STR("x"), &n)) && n == 2500);
	CHECK(ok(delivery_count(b, &n)) && n == 0);
}

static void test_clean(struct arena *a, struct book *b)
{
	struct outbound_message got;
	str body;
	int64_t message = added(b, "clean"), n = -1;
	CHECK(ok(outbound_body_write(b, message, STR("body"))));
	int64_t first = ten(a, b, message);
	CHECK(ok(outbound_clean(b, 6000, 100, &n)) && n == 1); /* "17/dev" alone */
	CHECK(ok(outbound_progress(b, message, 9, true)));
	CHECK(ok(outbound_clean(b, 6000, 100, &n)) && n == 0); /* owed to ten */
	for (int i = 0; i < 10; i++)
		CHECK(ok(delivery_done(b, first + i)));
	CHECK(ok(outbound_clean(b, 4000, 100, &n)) && n == 0); /* too young */
	CHECK(ok(outbound_body_read(b, a, message, 0, 9, &body)) && body.n == 4);
	CHECK(ok(outbound_expire(b, 9000, 100, &n)) && n == 1); /* the other one alone */
	CHECK(ok(outbound_clean(b, 6000, 100, &n)) && n == 1);
	CHECK(outbound_body_read(b, a, message, 0, 9, &body).kind == ERR_NOTFOUND);
	CHECK(ok(outbound_get(b, a, message, &got)) && !got.kept);
	CHECK(ok(outbound_expire(b, 5000, 100, &n)) && n == 0);
	CHECK(ok(outbound_expire(b, 5001, 100, &n)) && n == 1);
	CHECK(outbound_get(b, a, message, &got).kind == ERR_NOTFOUND);
}

static void test_budget(struct book *b)
{
	int64_t n = -1, gone;
	CHECK(ok(budget_sum(b, STR("person:1"), 0, &n)) && n == 0);
	CHECK(ok(budget_add(b, STR("person:1"), 3600 * 10 + 5, 3)));
	CHECK(ok(budget_add(b, STR("person:1"), 3600 * 10 + 3599, 4)));
	CHECK(ok(budget_add(b, STR("person:1"), 3600 * 11, 5)));
	CHECK(ok(budget_add(b, STR("person:2"), 3600 * 11, 9)));
	CHECK(ok(budget_sum(b, STR("person:1"), 3600 * 10 + 7, &n)) && n == 12);
	CHECK(ok(budget_sum(b, STR("person:1"), 3600 * 11, &n)) && n == 5);
	CHECK(ok(budget_expire(b, 3600 * 11, &gone)) && gone == 1);
	CHECK(ok(budget_sum(b, STR("person:1"), 0, &n)) && n == 5);
}

/* Who fills the room with large policies puts out large ones. */
static void test_policies(struct arena *a, struct book *b)
{
	enum { LARGE = 64 * 1024, TIMES = STS_ROOM / LARGE + 5, SMALL = 20 };
	static char text[LARGE];
	struct sts_row row = { .id = STR("1"), .until = 1000 }, got;
	int64_t left, octets;
	bool found;
	memset(text, 'x', LARGE);
	for (int i = 0; i < SMALL + TIMES; i++) {
		row.domain = arena_printf(a, "d%d.example", i);
		row.policy = (str){ text, i < SMALL ? 100 : LARGE };
		row.fetched_at = i;
		CHECK(ok(sts_put(b, &row)));
		CHECK(ok(sts_get(b, a, row.domain, 1, &got))
		      && got.policy.n == row.policy.n);
	}
	CHECK(ok(book_number(b, &left, &found, "SELECT count(*) FROM sts_policy")));
	CHECK(ok(book_number(b, &octets, &found,
			     "SELECT sum(length(policy)) FROM sts_policy")));
	CHECK(octets <= STS_ROOM && left > SMALL + TIMES - 10);
	for (int i = 0; i < SMALL; i++)
		CHECK(ok(sts_get(b, a, arena_printf(a, "d%d.example", i), 1, &got)));
	CHECK(sts_get(b, a, arena_printf(a, "d%d.example", SMALL), 1, &got).kind
	      == ERR_NOTFOUND);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_OUTBOUND);
	test_body(a, b);
	test_policies(a, b);
	test_message(a, b);
	test_due_after(a, b);
	test_delivery(a, b);
	test_done_all(a, b);
	test_freeze(a, b);
	test_queue(a, b);
	test_queue_large(a, b);
	test_clean(a, b);
	test_budget(b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
