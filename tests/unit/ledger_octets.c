/* store/outbound/run.h: entries that are one row, as octets. */
#include "store/outbound/run.h"
#include "store_folder.h"

static const struct ledger_entry texts[] = {
	{ .recipient = STR("user1@d1.example"), .member = 1, .detail = STR("250 ok") },
	{ .recipient = STR("user2@d1.example"), .member = 2, .detail = STR("250 ok") },
	{ .recipient = STR("user2@d1.example"), .member = 2, .detail = STR("250 ok") },
	{ .recipient = STR("user22@d1.example"), .member = 0, .detail = STR("250 okok") },
	{ .recipient = STR("r@d1.example"), .member = INT64_MAX, .detail = STR("250 o") },
	{ .recipient = STR(""), .member = INT64_MIN, .detail = STR("") },
	{ .recipient = STR("\xc3\xa4@d1.example"), .member = -1, .detail = STR("a\0b") },
	{ .recipient = STR("aaaa"), .detail = STR("aaaaaaaa") },
	{ .recipient = STR("aaaaaa"), .detail = STR("aaa") },
};
enum { TEXTS = sizeof texts / sizeof *texts };

static size_t unpack(str bytes, int64_t entries, bool *damaged)
{
	struct run x = { 0 };
	struct ledger_entry row = { .id = 100, .message = 4, .what = STR("delivered") },
			    e;
	size_t n = 0;
	run_open(&x, &row, entries, bytes);
	for (; run_next(&x, &e); n++)
		CHECK(e.message == 4 && e.id == 100 - entries + 1 + (int64_t)n);
	*damaged = run_fault(&x).kind == ERR_IO;
	run_free(&x);
	return n;
}

static void test_octets(void)
{
	struct run x = { 0 };
	struct ledger_entry e, row = { .id = TEXTS, .at = 7, .what = STR("delivered") };
	BUF(bytes);
	run_pack(&bytes, texts, TEXTS);
	run_open(&x, &row, TEXTS, buf_str(&bytes));
	for (size_t i = 0; i < TEXTS; i++) {
		CHECK(run_next(&x, &e));
		CHECK(e.id == (int64_t)i + 1 && e.at == 7 && e.member == texts[i].member);
		CHECK(str_eq(e.recipient, texts[i].recipient)
		      && str_eq(e.detail, texts[i].detail)
		      && str_eq(e.what, STR("delivered")));
	}
	CHECK(!run_next(&x, &e) && ok(run_fault(&x)));
	run_open(&x, &texts[0], 1, STR("")); /* a row of its own, by the same reader */
	CHECK(run_next(&x, &e) && e.id == 0 && e.member == 1
	      && str_eq(e.recipient, texts[0].recipient));
	CHECK(!run_next(&x, &e) && ok(run_fault(&x)));
	run_free(&x);
}

/* Cut short, with more behind, or another octet anywhere: said, or read, but nothing
 * outside of it is. */
static void test_damage(void)
{
	bool damaged;
	size_t read = 0;
	BUF(bytes);
	run_pack(&bytes, texts, TEXTS);
	for (size_t n = 0; n < bytes.n; n++) {
		BUF(cut);
		buf_add(&cut, str_first(buf_str(&bytes), n));
		CHECK(unpack(buf_str(&cut), TEXTS, &damaged) < TEXTS && damaged);
		cut.n = 0;
		buf_add(&cut, buf_str(&bytes));
		cut.p[n] = (char)(cut.p[n] ^ 0x55);
		read += unpack(buf_str(&cut), TEXTS, &damaged);
	}
	CHECK(read > 0);
	CHECK(unpack(buf_str(&bytes), TEXTS + 1, &damaged) == TEXTS && damaged);
	CHECK(unpack(buf_str(&bytes), TEXTS - 1, &damaged) == TEXTS - 1 && damaged);
	CHECK(unpack(STR(""), 0, &damaged) == 0 && damaged);
	CHECK(unpack(STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), 2, &damaged)
		      == 0
	      && damaged);
}

static void test_length(void)
{
	struct ledger_entry e[5];
	for (size_t i = 0; i < 5; i++) {
		e[i] = texts[i];
		e[i].what = STR("delivered");
		e[i].message = 3;
	}
	static const struct ledger_entry other[] = {
		{ .what = STR("tried"), .message = 3 },
		{ .what = STR("delivered"), .message = 4 },
		{ .what = STR("delivered"), .message = 3, .inbound = 1 },
		{ .what = STR("delivered"), .message = 3, .at = 1 },
		{ .what = STR("delivered"), .message = 3, .class = STR("full") },
		{ .what = STR("delivered"), .message = 3, .status = STR("5.2.2") },
		{ .what = STR("delivered"), .message = 3, .report = 9 },
		{ .what = STR("delivered"), .message = 0 },
	};
	CHECK(run_length(e, 5) == 5 && run_length(e, 1) == 1);
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		struct ledger_entry x[3] = { e[0], e[1], other[i] };
		CHECK(run_length(x, 3) == 2);
		struct ledger_entry same[2] = { other[i], other[i] };
		bool row = str_eq(other[i].what, STR("delivered")) && other[i].message
			   && !other[i].class.n && !other[i].status.n && !other[i].report;
		CHECK(run_length(same, 2) == (row ? 2 : 1));
	}
}

int main(void)
{
	test_octets();
	test_damage();
	test_length();
	return check_done();
}
