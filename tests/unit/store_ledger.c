/* The ledger and the arrivals beside it: found by message, by recipient from either end,
 * and gone when they are old. */
#include "store_folder.h"

#include "store/outbound/arrival.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

static void test_arrival(struct arena *a, struct book *b)
{
	struct arrival x = { 17,
			     1000,
			     STR("m1@uni.example"),
			     STR("anna@uni.example"),
			     STR("Anna@uni.example"),
			     STR("Hello"),
			     STR("192.0.2.1") };
	struct arrival got, *all;
	size_t n;
	int64_t gone;
	CHECK(ok(arrival_add(b, &x)) && ok(arrival_add(b, &x)));
	x.inbound = 18;
	x.at = 2000;
	CHECK(ok(arrival_add(b, &x)));
	CHECK(ok(arrival_get(b, a, 17, &got)) && got.at == 1000);
	CHECK(str_eq(got.author, x.author) && str_eq(got.subject, x.subject));
	CHECK(str_eq(got.reverse_path, x.reverse_path) && str_eq(got.client, x.client));
	CHECK(ok(arrival_by_message_id(b, a, x.message_id, 10, &all, &n)) && n == 2);
	CHECK(all[0].inbound == 18);
	CHECK(ok(arrival_by_author(b, a, STR("ANNA@uni.example"), 0, 1, &all, &n))
	      && n == 1);
	CHECK(ok(arrival_expire(b, 2000, 10, &gone)) && gone == 1);
	CHECK(arrival_get(b, a, 17, &got).kind == ERR_NOTFOUND);
}

static void test_ledger(struct arena *a, struct book *b)
{
	struct arrival x = { .inbound = 30, .at = 1, .message_id = STR("led@ger") };
	struct outbound_message m = { .source = STR("30/dev"),
				      .inbound = 30,
				      .kind = STR("post"),
				      .message_id = STR("other@id") };
	struct ledger_entry two[2] = {
		{ .at = 10,
		  .inbound = 30,
		  .what = STR("accepted"),
		  .detail = STR("rule") },
		{ .at = 11,
		  .inbound = 30,
		  .recipient = STR("Kim@x.example"),
		  .member = 7,
		  .what = STR("kept"),
		  .detail = STR("250 ok") },
	};
	struct ledger_entry *e, got;
	size_t n;
	bool fresh;
	int64_t cursor = -1;
	CHECK(ok(arrival_add(b, &x)) && ok(outbound_add(b, &m, &fresh)));
	two[1].message = m.id;
	CHECK(ok(ledger_cursor(b, STR("bounce"), &cursor)) && cursor == 0);
	CHECK(ok(ledger_add(b, two, 2)) && two[1].id == two[0].id + 1);
	CHECK(ok(ledger_get(b, a, two[1].id, &got)) && got.member == 7 && got.at == 11);
	CHECK(str_eq(got.recipient, STR("Kim@x.example"))
	      && str_eq(got.detail, STR("250 ok")));
	CHECK(ok(ledger_after(b, a, two[0].id, 10, &e, &n)) && n == 1);
	CHECK(ok(ledger_by_inbound(b, a, 30, 0, 10, &e, &n)) && n == 2);
	CHECK(n == 2 && e[0].id == two[0].id && e[1].id == two[1].id);
	CHECK(ok(ledger_by_inbound(b, a, 30, two[0].id, 10, &e, &n)) && n == 1);
	CHECK(ok(ledger_by_message_id(b, a, STR("led@ger"), 0, 10, &e, &n)) && n == 2);
	CHECK(ok(ledger_by_message_id(b, a, STR("other@id"), 0, 10, &e, &n)) && n == 1);
	CHECK(ok(ledger_by_message(b, a, m.id, 0, 10, &e, &n)) && n == 1);
	CHECK(ok(ledger_by_recipient(b, a, STR("kim@X.example"), 0, 10, &e, &n))
	      && n == 1);
	CHECK(ok(ledger_kept(b, a, 0, 10, &e, &n)) && n == 1 && e[0].id == two[1].id);
	CHECK(ok(ledger_kept(b, a, two[1].id, 10, &e, &n)) && n == 0);
	CHECK(ok(ledger_set_cursor(b, STR("bounce"), two[0].id)));
	CHECK(ok(ledger_set_cursor(b, STR("bounce"), two[1].id)));
	CHECK(ok(ledger_cursor(b, STR("bounce"), &cursor)) && cursor == two[1].id);
	CHECK(ledger_get(b, a, 99999, &got).kind == ERR_NOTFOUND);
}

/* Over many blocks: what the filters say must be what a scan finds. */
static void test_recipient_filters(struct arena *a, struct book *b)
{
	enum { ENTRIES = 10000, PEOPLE = 97 };
	struct ledger_entry *e;
	size_t n;
	int64_t blocks, last = 0;
	bool found;
	CHECK(ok(book_begin(b)));
	for (int i = 0; i < ENTRIES; i++) {
		struct ledger_entry x = {
			.at = 100 + i,
			.what = STR("delivered"),
			.recipient = i == 4321 ? STR("once@x.example")
					       : arena_printf(a, "P%d@x.example",
							      i % PEOPLE),
		};
		CHECK(ok(ledger_add(b, &x, 1)));
	}
	CHECK(ok(book_commit(b)));
	CHECK(ok(book_number(b, &blocks, &found, "SELECT count(*) FROM event_block")));
	CHECK(blocks >= ENTRIES / 1024);
	CHECK(ok(ledger_by_recipient(b, a, STR("ONCE@x.example"), 0, 10, &e, &n))
	      && n == 1);
	CHECK(ok(ledger_by_recipient(b, a, STR("never@x.example"), 0, 10, &e, &n))
	      && n == 0);
	for (int i = 0; i < PEOPLE; i += 13) {
		int64_t scan;
		str who = arena_printf(a, "p%d@x.example", i);
		CHECK(ok(book_number(
			b, &scan, &found,
			"SELECT count(*) FROM event WHERE lower(recipient) = ?1",
			SQL_S(who))));
		CHECK(ok(ledger_by_recipient(b, a, who, 0, 5000, &e, &n)));
		CHECK((int64_t)n == scan && n > 100);
		for (size_t k = 1; k < n; k++)
			CHECK(e[k - 1].id < e[k].id);
	}
	size_t walked = 0, limit = 7; /* in pages, across the blocks' borders */
	do {
		CHECK(ok(ledger_by_recipient(b, a, STR("p5@x.example"), last, limit, &e,
					     &n)));
		walked += n;
		last = n ? e[n - 1].id : last;
	} while (n == limit);
	CHECK(walked == (ENTRIES + PEOPLE - 1 - 5) / PEOPLE);
}

/* Newest first: page by page the very same entries as from the other end. */
static void test_recipient_newest(struct arena *a, struct book *b)
{
	struct ledger_entry *all, *e;
	size_t count, n, walked = 0, limit = 7;
	int64_t before = 0;
	CHECK(ok(ledger_by_recipient(b, a, STR("p5@x.example"), 0, 10000, &all, &count)));
	CHECK(count > 100);
	do {
		CHECK(ok(ledger_newest_of(b, a, STR("P5@x.example"), before, limit, &e,
					  &n)));
		for (size_t i = 0; i < n; i++)
			CHECK(walked + i < count
			      && e[i].id == all[count - 1 - walked - i].id
			      && e[i].at == all[count - 1 - walked - i].at);
		walked += n;
		before = n ? e[n - 1].id : before;
	} while (n == limit);
	CHECK(walked == count);
	CHECK(ok(ledger_newest_of(b, a, STR("once@x.example"), 0, 10, &e, &n)) && n == 1);
	CHECK(ok(ledger_newest_of(b, a, STR("once@x.example"), e[0].id, 10, &e, &n))
	      && n == 0);
}

static void test_expire(struct arena *a, struct book *b)
{
	struct ledger_entry *e;
	size_t n;
	int64_t gone, all = 0, blocks;
	bool found;
	while (ok(ledger_expire(b, 5100, 1000, &gone)) && gone)
		all += gone;
	CHECK(all == 5000);
	CHECK(ok(ledger_after(b, a, 0, 1, &e, &n)) && n == 1 && e[0].at == 5100);
	CHECK(ok(book_number(b, &blocks, &found, "SELECT count(*) FROM event_block")));
	CHECK(blocks >= 4 && blocks <= 6);
	CHECK(ok(ledger_by_recipient(b, a, STR("p5@x.example"), 0, 1000, &e, &n)));
	CHECK(n > 40 && n < 60);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_OUTBOUND);
	test_arrival(a, b);
	test_ledger(a, b);
	CHECK(ok(book_run(b, "DELETE FROM event"))); /* ids go on */
	test_recipient_filters(a, b);
	test_recipient_newest(a, b);
	test_expire(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
