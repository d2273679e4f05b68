/* Counts for reports on DMARC: from the inbound book, into the outbound one, within
 * limits that no flood of names exceeds. */
#include "store/outbound/dmarc_tally.h"
#include "store_folder.h"

static struct dmarc_seen seen(const char *domain, const char *ip)
{
	return (struct dmarc_seen){ .day = 20000,
				    .domain = str_from(domain),
				    .registrant = STR("uni.example"),
				    .record = STR("v=DMARC1; p=none"),
				    .source_ip = str_from(ip),
				    .disposition = STR("none"),
				    .dkim = STR("fail"),
				    .spf = STR("pass"),
				    .reason = STR("local_policy"),
				    .comment = STR("why"),
				    .header_from = STR("a.uni.example"),
				    .envelope_from = STR(""),
				    .spf_domain = STR("h.uni.example"),
				    .spf_result = STR("pass"),
				    .signatures = STR("fail x.example s\n"),
				    .messages = 3 };
}

static void test_inbound(struct arena *a, struct book *b)
{
	struct dmarc_seen one = seen("uni.example", "192.0.2.1"), *x;
	size_t n;
	CHECK(ok(dmarc_seen_add(b, &one)) && ok(dmarc_seen_add(b, &one)));
	CHECK(ok(dmarc_seen_next(b, a, 0, 10, &x, &n)) && n == 2);
	CHECK(x[0].id == 1 && x[1].id == 2 && x[0].day == 20000 && x[0].messages == 3);
	CHECK(str_eq(x[0].record, one.record) && str_eq(x[0].signatures, one.signatures)
	      && str_eq(x[0].spf_domain, one.spf_domain)
	      && str_eq(x[0].registrant, one.registrant));
	CHECK(ok(dmarc_seen_next(b, a, 1, 10, &x, &n)) && n == 1 && x[0].id == 2);
	CHECK(ok(dmarc_seen_done(b, 2)) && ok(dmarc_seen_next(b, a, 0, 10, &x, &n))
	      && n == 0);
	CHECK(ok(dmarc_seen_add(b, &one)));
	CHECK(ok(dmarc_seen_next(b, a, 0, 10, &x, &n)) && n == 1 && x[0].id == 3);
	CHECK(ok(dmarc_seen_done(b, 3)));
}

/* Where post takes nothing away, the table does not grow for ever. */
static void test_inbound_full(struct arena *a, struct book *b)
{
	struct dmarc_seen one = seen("uni.example", "192.0.2.1"), *x;
	size_t n;
	bool all = ok(book_begin(b));
	for (int i = 0; i < DMARC_SEEN_MOST + 50; i++)
		all = all && !dmarc_seen_add(b, &one).kind;
	CHECK(all && ok(book_commit(b)));
	CHECK(ok(dmarc_seen_next(b, a, 0, SIZE_MAX / 2, &x, &n)) && n >= DMARC_SEEN_MOST
	      && n <= DMARC_SEEN_MOST + 1);
}

static int64_t number(struct book *b, const char *sql)
{
	int64_t n = -1;
	bool found;
	CHECK(ok(book_number(b, &n, &found, sql, SQL_I(0))));
	return n;
}

static void test_sums(struct arena *a, struct book *b)
{
	struct dmarc_seen one = seen("uni.example", "192.0.2.1");
	struct dmarc_seen two = seen("uni.example", "192.0.2.2"), *x;
	struct dmarc_room room = { 0 };
	struct dmarc_domain d = { .domain = STR("") };
	size_t n;
	CHECK(ok(dmarc_tally_add(b, &one, &room)) && ok(dmarc_tally_add(b, &two, &room)));
	one.record = STR("v=DMARC1; p=reject");
	CHECK(ok(dmarc_tally_add(b, &one, &room)) && room.domains == 1 && room.rows == 2);
	CHECK(dmarc_tally_next(b, a, 20000, &d).kind == ERR_NOTFOUND);
	CHECK(ok(dmarc_tally_next(b, a, 20001, &d)) && d.day == 20000 && !d.unlisted
	      && str_eq(d.domain, one.domain) && str_eq(d.record, one.record));
	CHECK(dmarc_tally_next(b, a, 20001, &d).kind == ERR_NOTFOUND);
	CHECK(ok(dmarc_tally_of(b, a, 20000, one.domain, &x, &n)) && n == 2);
	CHECK(x[0].messages == 6 && x[1].messages == 3);
	CHECK(str_eq(x[0].reason, one.reason) && str_eq(x[0].comment, one.comment)
	      && str_eq(x[0].signatures, one.signatures)
	      && str_eq(x[0].header_from, one.header_from)
	      && str_eq(x[0].spf_result, one.spf_result));
	CHECK(ok(dmarc_tally_done(b, 20000, one.domain)));
	CHECK(number(b, "SELECT count(*) FROM dmarc_tally WHERE ?1 = 0") == 0
	      && number(b, "SELECT count(*) FROM dmarc_domain WHERE ?1 = 0") == 0);
}

static void test_limits(struct arena *a, struct book *b)
{
	struct dmarc_room room = { 0 };
	struct dmarc_domain d = { .domain = STR("") };
	bool all = ok(book_begin(b));
	int64_t gone;
	for (int i = 0; i < DMARC_KINDS + 7; i++) {
		const char *ip = arena_z(
			a, arena_printf(a, "192.0.%d.%d", i / 250, i % 250));
		struct dmarc_seen x = seen("a.uni.example", ip);
		all = all && !dmarc_tally_add(b, &x, &room).kind;
	}
	for (int i = 0; i < 2 * DMARC_REGISTRANT; i++) {
		struct dmarc_seen x = seen(
			arena_z(a, arena_printf(a, "b%d.uni.example", i)), "192.0.2.1");
		all = all && !dmarc_tally_add(b, &x, &room).kind;
	}
	CHECK(room.domains == DMARC_REGISTRANT);
	for (int i = 0; i < DMARC_DOMAINS + 9; i++) {
		struct dmarc_seen x = seen(arena_z(a, arena_printf(a, "c%d.example", i)),
					   "192.0.2.1");
		x.registrant = x.domain;
		all = all && !dmarc_tally_add(b, &x, &room).kind;
	}
	CHECK(all && ok(book_commit(b)));
	CHECK(ok(dmarc_tally_next(b, a, 20001, &d))
	      && str_eq(d.domain, STR("a.uni.example")) && d.unlisted == 7 * 3);
	CHECK(number(b, "SELECT count(*) FROM dmarc_domain WHERE ?1 = 0")
	      == DMARC_DOMAINS);
	CHECK(number(b, "SELECT count(*) FROM dmarc_tally WHERE ?1 = 0")
	      == DMARC_KINDS + DMARC_DOMAINS - 1);
	struct dmarc_room again = { 0 };
	struct dmarc_seen x = seen("new.example", "192.0.2.1");
	x.registrant = x.domain;
	CHECK(ok(dmarc_tally_add(b, &x, &again)) && again.domains == DMARC_DOMAINS);
	again.rows = DMARC_ROWS;
	x = seen("c1.example", "192.0.2.77");
	CHECK(ok(dmarc_tally_add(b, &x, &again))
	      && number(b, "SELECT unlisted FROM dmarc_domain "
			   "WHERE domain = 'c1.example' AND ?1 = 0")
			 == 3);
	x.day++;
	CHECK(ok(dmarc_tally_add(b, &x, &again)) && again.day == 20001
	      && again.domains == 1);
	CHECK(ok(dmarc_tally_expire(b, 20001, &gone)) && gone == DMARC_DOMAINS);
	CHECK(number(b, "SELECT count(*) FROM dmarc_tally WHERE ?1 = 0") == 1);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *in = fresh_book(a, data, BOOK_INBOUND);
	struct book *out = fresh_book(a, data, BOOK_OUTBOUND);
	test_inbound(a, in);
	test_inbound_full(a, in);
	test_sums(a, out);
	test_limits(a, out);
	book_close(in);
	book_close(out);
	folder_remove(a, data);
	return check_done();
}
