/* lists/dmarc_carry.c: counts go from one book to the other once, wherever it was
 * interrupted. */
#include "lists/dmarc_carry.h"

#include "books.h"

#include "store/outbound/dmarc_failure.h"
#include "store/outbound/dmarc_tally.h"
#include "tests/check.h"

static void come(struct books_test *t, const char *ip, int times)
{
	struct dmarc_seen x = { .day = 20000,
				.domain = STR("uni.example"),
				.registrant = STR("uni.example"),
				.record = STR("v=DMARC1; p=none"),
				.source_ip = str_from(ip),
				.messages = 1 };
	str *texts[] = { &x.disposition, &x.dkim,        &x.spf,        &x.reason,
			 &x.comment,     &x.header_from, &x.spf_domain, &x.envelope_from,
			 &x.spf_result,  &x.signatures };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = STR("");
	for (int i = 0; i < times; i++)
		BOOKS_MUST(t, dmarc_seen_add(t->books.inbound, &x));
}

static int64_t counted(struct books_test *t)
{
	struct dmarc_seen *x;
	size_t n;
	int64_t sum = 0;
	BOOKS_MUST(t, dmarc_tally_of(t->books.outbound, t->a, 20000, STR("uni.example"),
				     &x, &n));
	for (size_t i = 0; i < n; i++)
		sum += x[i].messages;
	return sum;
}

static size_t waiting(struct books_test *t)
{
	struct dmarc_seen *x;
	size_t n;
	BOOKS_MUST(t, dmarc_seen_next(t->books.inbound, t->a, 0, 10000, &x, &n));
	return n;
}

static void test_carried(struct books_test *t)
{
	bool more = true;
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	CHECK(!more && counted(t) == 0);
	come(t, "192.0.2.1", 3);
	come(t, "192.0.2.2", 2);
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	CHECK(!more && counted(t) == 5 && waiting(t) == 0);
	come(t, "192.0.2.1", 700);
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	CHECK(more && waiting(t) == 200);
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	CHECK(!more && counted(t) == 705 && waiting(t) == 0);
}

/* What is for a report of its own goes its own way. */
static void test_failures(struct books_test *t)
{
	bool more;
	struct dmarc_failure f = { 0 };
	int64_t before = counted(t);
	struct dmarc_seen x = { .day = 20000,
				.domain = STR("uni.example"),
				.source_ip = STR("192.0.2.1"),
				.header_from = STR("uni.example"),
				.message_id = STR("1@uni.example"),
				.failed_at = 20000 * 86400 + 3599,
				.messages = 2 };
	BOOKS_MUST(t, dmarc_seen_add(t->books.inbound, &x));
	BOOKS_MUST(t, dmarc_seen_add(t->books.inbound, &x));
	x.failed_at++;
	BOOKS_MUST(t, dmarc_seen_add(t->books.inbound, &x));
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	CHECK(counted(t) == before && waiting(t) == 0);
	BOOKS_MUST(t, dmarc_failure_next(t->books.outbound, t->a, INT64_MAX, &f));
	CHECK(f.hour == 20000 * 24 && f.seen.messages == 4
	      && str_eq(f.seen.message_id, STR("1@uni.example")));
	BOOKS_MUST(t, dmarc_failure_next(t->books.outbound, t->a, INT64_MAX, &f));
	CHECK(f.hour == 20000 * 24 + 1 && f.seen.messages == 2);
	CHECK(dmarc_failure_next(t->books.outbound, t->a, INT64_MAX, &f).kind
	      == ERR_NOTFOUND);
}

/* The outbound book was written, the inbound one not yet: the cursor knows. */
static void test_crash(struct books_test *t)
{
	bool more;
	int64_t before = counted(t);
	come(t, "192.0.2.1", 4);
	CHECK(ok(book_run_values(t->books.inbound,
				 "CREATE TRIGGER crash BEFORE DELETE ON dmarc_seen "
				 "BEGIN SELECT raise(ABORT, 'crash'); END",
				 NULL, 0)));
	CHECK(dmarc_carry(&t->books, t->a, &more).kind != ERR_NONE);
	CHECK(counted(t) == before + 4 && waiting(t) == 4);
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	CHECK(counted(t) == before + 4);
	CHECK(ok(book_run_values(t->books.inbound, "DROP TRIGGER crash", NULL, 0)));
	come(t, "192.0.2.9", 1);
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	CHECK(counted(t) == before + 5 && waiting(t) == 0);
}

/* The inbound book is another one, whose ids begin again. */
static void test_restored(struct books_test *t)
{
	bool more;
	int64_t before = counted(t), cursor = 0;
	CHECK(ok(book_run(t->books.inbound, "DELETE FROM sqlite_sequence WHERE name = "
					    "'dmarc_seen'")));
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	BOOKS_MUST(t, ledger_cursor(t->books.outbound, STR("dmarc-seen"), &cursor));
	CHECK(cursor == 0 && !more);
	come(t, "192.0.2.1", 2);
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	CHECK(counted(t) == before + 2 && waiting(t) == 0);
	BOOKS_MUST(t, ledger_set_cursor(t->books.outbound, STR("dmarc-seen"), 1000));
	come(t, "192.0.2.1", 3);
	BOOKS_MUST(t, dmarc_carry(&t->books, t->a, &more));
	CHECK(counted(t) == before + 5 && waiting(t) == 0);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	test_carried(&t);
	test_failures(&t);
	test_crash(&t);
	test_restored(&t);
	books_end(&t);
	return check_done();
}
