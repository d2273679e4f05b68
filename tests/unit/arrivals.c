#include "books.h"

#include "store/lists/alias.h"
#include "tests/check.h"

static const char DEV[] = "dev@lists.example";
enum { MOST = 16 };

struct batch {
	struct inbound_message m[MOST];
	size_t count;
};

static void comes(struct books_test *t, struct batch *b, const char *to)
{
	static int number;
	char id[64];
	snprintf(id, sizeof id, "%d@uni.example", number++);
	b->m[b->count++] = books_accept(
		t, "anna@uni.example", to,
		books_mail(t->a, "anna@uni.example", DEV, id, "Hi."), ALIGNED);
}

static int64_t waiting(struct books_test *t)
{
	int64_t n = -1;
	BOOKS_MUST(t, inbound_count(t->books.inbound, &n));
	return n;
}

static struct arrivals *take(struct books_test *t, const struct batch *b)
{
	struct arrivals *x;
	BOOKS_MUST(t, arrivals_take(&t->books, t->a, b->m, b->count, &x));
	return x;
}

static int sort_rest(struct arrivals *x)
{
	int n = 0;
	for (; arrivals_left(x); n++)
		arrivals_sort(x);
	return n;
}

/* What only leaves again is there at once, the others one by one; one whose file is lost
 * stays, and holds nobody up. */
static void test_mixed(struct books_test *t)
{
	struct batch b = { 0 };
	comes(t, &b, "bugs@lists.example");
	comes(t, &b, DEV);
	comes(t, &b, "nobody@lists.example");
	comes(t, &b, "bugs@lists.example");
	b.m[3].file = STR("nosuchfile");
	comes(t, &b, "bugs@lists.example dev@lists.example");
	comes(t, &b, "postmaster@lists.example");
	struct arrivals *x = take(t, &b);
	CHECK(books_count(t, "message", "kind = 'forward'") == 2
	      && books_count(t, "message", "kind = 'post'") == 0);
	CHECK(books_count(t, "arrival", "1") == 5 && waiting(t) == 6);
	CHECK(sort_rest(x) == 2 && waiting(t) == 6);
	CHECK(books_count(t, "message", "kind = 'forward'") == 3
	      && books_count(t, "message", "kind = 'post'") == 2);
	CHECK(ok(arrivals_tick(x)) && waiting(t) == 1);
	CHECK(arrivals_failed(x).kind != ERR_NONE);
}

/* A crash before the tick has all of it dealt with again, to no other effect. */
static void test_twice(struct books_test *t)
{
	struct batch b = { 0 };
	comes(t, &b, "bugs@lists.example");
	comes(t, &b, DEV);
	sort_rest(take(t, &b));
	int64_t messages = books_count(t, "message", "1"),
		deliveries = books_count(t, "delivery", "1"),
		queued = books_count(t, "event", "what = 'queued'"), before = waiting(t);
	struct arrivals *x = take(t, &b);
	sort_rest(x);
	CHECK(arrivals_failed(x).kind == ERR_NONE);
	CHECK(books_count(t, "message", "1") == messages
	      && books_count(t, "delivery", "1") == deliveries
	      && books_count(t, "event", "what = 'queued'") == queued);
	CHECK(ok(arrivals_tick(x)) && waiting(t) == before - 2);
}

/* how: ABORT undoes the statement, ROLLBACK the whole transaction. */
static void refuse_bad(struct books_test *t, const char *how)
{
	str sql = arena_printf(t->a,
			       "CREATE TRIGGER no AFTER INSERT ON delivery "
			       "WHEN NEW.recipient = 'bad@lab.example' "
			       "BEGIN SELECT RAISE(%s, 'no'); END",
			       how);
	BOOKS_MUST(t, book_run(t->books.outbound, arena_z(t->a, sql)));
}

/* One that is refused by the book is undone as a whole and given up by itself. */
static void test_part(struct books_test *t)
{
	struct batch b = { 0 };
	int64_t before = books_count(t, "message", "kind = 'forward'");
	refuse_bad(t, "ABORT");
	comes(t, &b, "bugs@lists.example");
	comes(t, &b, "bad@lists.example");
	comes(t, &b, "bugs@lists.example");
	struct arrivals *x = take(t, &b);
	CHECK(arrivals_failed(x).kind == ERR_NONE && !arrivals_left(x));
	CHECK(books_count(t, "message", "kind = 'forward'") == before + 2
	      && books_count(t, "message", "source LIKE '%/bad@lists.example'") == 0);
	CHECK(books_count(t, "event",
			  "recipient = 'bad@lists.example' "
			  "AND what = '" LEDGER_NOT_SERVED "'")
	      == 1);
	BOOKS_MUST(t, book_run(t->books.outbound, "DROP TRIGGER no"));
	CHECK(ok(arrivals_tick(x)));
}

/* Where the whole transaction ends, as on a full disk, nothing of it is left, nobody is
 * told, and another time all of it goes. */
static void test_whole(struct books_test *t)
{
	struct batch b = { 0 };
	struct arrivals *x;
	int64_t messages = books_count(t, "message", "1"),
		events = books_count(t, "event", "1"), before = waiting(t);
	refuse_bad(t, "ROLLBACK");
	comes(t, &b, "bugs@lists.example");
	comes(t, &b, "bad@lists.example");
	comes(t, &b, "bugs@lists.example");
	CHECK(arrivals_take(&t->books, t->a, b.m, b.count, &x).kind == ERR_TEMP);
	CHECK(books_count(t, "message", "1") == messages
	      && books_count(t, "event", "1") == events && waiting(t) == before + 3);
	BOOKS_MUST(t, book_run(t->books.outbound, "DROP TRIGGER no"));
	x = take(t, &b);
	CHECK(arrivals_failed(x).kind == ERR_NONE && ok(arrivals_tick(x)));
	CHECK(books_count(t, "message", "1") == messages + 3 && waiting(t) == before);
}

/* A person's mail to other sites that cannot be sent, as the account has gone, keeps none
 * from a recipient here. */
static void test_mixed_recipients(struct books_test *t)
{
	struct batch b = { 0 };
	comes(t, &b, "far@else.example bugs@lists.example");
	b.m[0].account = 999;
	struct arrivals *x = take(t, &b);
	CHECK(arrivals_failed(x).kind == ERR_NONE && !arrivals_left(x));
	CHECK(books_count(t, "event",
			  "recipient = 'far@else.example' "
			  "AND what = '" LEDGER_NOT_SERVED "'")
	      == 1);
	CHECK(books_count(t, "message",
			  arena_z(t->a,
				  arena_printf(t->a, "source = '%lld/bugs@lists.example'",
					       (long long)b.m[0].id)))
	      == 1);
	CHECK(ok(arrivals_tick(x)));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	str bob[] = { STR("bob@lab.example") }, bad[] = { STR("bad@lab.example") };
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, "anna@uni.example");
	books_member(&t, books_entry(&t, DEV), "ben@uni.example");
	BOOKS_MUST(&t, alias_set(t.books.lists, STR("bugs@lists.example"), bob, 1, 1));
	BOOKS_MUST(&t, alias_set(t.books.lists, STR("bad@lists.example"), bad, 1, 1));
	BOOKS_MUST(&t, books_refresh(&t.books));
	test_mixed(&t);
	test_twice(&t);
	test_part(&t);
	test_whole(&t);
	test_mixed_recipients(&t);
	books_end(&t);
	return check_done();
}
