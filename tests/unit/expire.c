#include "letters.h"

#include "lists/confirm.h"
#include "lists/expire.h"
#include "store/lists/answered.h"
#include "store/lists/held.h"
#include "store/lists/order.h"
#include "store/lists/pending.h"
#include "store/lists/seen.h"
#include "store/lists/session.h"
#include "store/outbound/arrival.h"

#define DEV "dev@lists.example"

enum { DAY = 86400 };

static void hold(struct books_test *t, const char *list, const char *id)
{
	BOOKS_MUST(t, books_arrives(t, "eve@evil.example", list,
				    books_mail(t->a, "eve@evil.example", list, id, "x")));
}

static bool expire(struct books_test *t, int64_t days)
{
	return ok(expire_run(&t->books, t->a, clock_now() + days * DAY));
}

/* Each list's own patience, and a list that never loses it in front of it. */
static void test_held(struct books_test *t)
{
	books_set(t, "ever@lists.example", "max_days_to_hold", "0");
	books_set(t, DEV, "max_days_to_hold", "5");
	hold(t, "ever@lists.example", "1@x");
	hold(t, DEV, "2@x");
	hold(t, "slow@lists.example", "3@x");
	int64_t mails = books_count(t, "message", "1");
	CHECK(expire(t, 4) && books_count(t, "held", "verdict = ''") == 3);
	CHECK(expire(t, 6) && books_count(t, "held", "verdict = ''") == 2);
	CHECK(books_count(t, "held",
			  "verdict = 'expired' AND handled_by = 'expiry' "
			  "AND handled_via = 'time'")
	      == 1);
	/* Who was told that it waits hears the end of it. */
	CHECK(books_count(t, "message", "1") == mails + 1);
	CHECK(letter_to(t, "eve@evil.example", "no moderator decided within 5 days").n);
	CHECK(expire(t, 31) && books_count(t, "held", "verdict = ''") == 1);
	CHECK(expire(t, 300) && books_count(t, "held", "verdict = ''") == 1);
	CHECK(books_count(t, "held", "1") == 1); /* and those decided are forgotten */
}

static void test_rows(struct books_test *t)
{
	str token;
	int64_t now = clock_now(), times;
	struct seen_row seen = { .list = 1,
				 .message_id = STR("x"),
				 .author = STR("a"),
				 .body_hash = STR("h"),
				 .source = STR("s"),
				 .at = now };
	struct order_row order = { .kind = STR("name"),
				   .args = STR("{}"),
				   .client = STR(""),
				   .created_at = now };
	struct order_row waits = { .kind = STR("name"),
				   .args = STR("{}"),
				   .client = STR(""),
				   .created_at = now };
	struct session_row session = { .person = books_person(t, "anna@uni.example"),
				       .created_at = now,
				       .seen_at = now,
				       .expires_at = now + 3 * DAY,
				       .client = STR(""),
				       .agent = STR("") };
	CHECK(ok(confirm_make(&t->books, t->a, CONFIRM_SIGN_IN, NULL, STR("a@b.example"),
			      STR("{}"), 900, &token)));
	CHECK(ok(seen_add(t->books.lists, &seen))
	      && ok(answered_add(t->books.lists, STR("a@b.example"), now / DAY, &times)));
	CHECK(ok(order_file(t->books.lists, &order))
	      && ok(order_finish(t->books.lists, order.id, STR("done"), STR("{}"))));
	CHECK(ok(order_file(t->books.lists, &waits))
	      && ok(session_add(t->books.lists, STR("cookie"), &session)));
	static const struct {
		int64_t days;
		const char *table;
		int64_t before, after; /* rows kept a day earlier, and then */
	} cases[] = {
		{ 1, "pending", 1, 0 }, { 4, "answered", 1, 0 }, { 3, "session", 1, 0 },
		{ 2, "order", 2, 1 },   { 61, "seen", 1, 0 },
	};
	BOOKS_MUST(t, book_run(t->books.lists,
			       "DELETE FROM answered WHERE address <> 'a@b.example'"));
	BOOKS_MUST(t, book_run(t->books.lists,
			       "DELETE FROM pending WHERE kind <> 'sign-in'"));
	BOOKS_MUST(t,
		   book_run(t->books.lists, "DELETE FROM seen WHERE message_id <> 'x'"));
	CHECK(expire(t, 0));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(books_count(t, cases[i].table, "1") == cases[i].before);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK(expire(t, cases[i].days));
		if (books_count(t, cases[i].table, "1") != cases[i].after)
			fprintf(stderr, "  %s\n", cases[i].table);
		CHECK(books_count(t, cases[i].table, "1") == cases[i].after);
	}
}

/* A post that cannot be discarded keeps those behind it from nothing. */
static void test_one_stays(struct books_test *t)
{
	books_set(t, DEV, "max_days_to_hold", "5");
	hold(t, DEV, "90@x");
	hold(t, DEV, "91@x");
	int64_t waiting = books_count(t, "held", "verdict = ''");
	BOOKS_MUST(t,
		   book_run(t->books.lists, "CREATE TRIGGER stuck BEFORE UPDATE ON held "
					    "WHEN old.message_id = '90@x' BEGIN "
					    "SELECT raise(ABORT, 'stuck'); END"));
	CHECK(expire(t, 6) && books_count(t, "held", "verdict = ''") == waiting - 1);
	BOOKS_MUST(t, book_run(t->books.lists, "DROP TRIGGER stuck"));
	CHECK(expire(t, 6) && books_count(t, "held", "verdict = ''") == waiting - 2);
}

/* A table that cannot be cleaned is named, and the next ones are cleaned. */
static void test_one_fails(struct books_test *t)
{
	int64_t times, day = clock_now() / DAY;
	struct seen_row seen = { .list = 1,
				 .message_id = STR("stuck"),
				 .author = STR("a"),
				 .body_hash = STR("h"),
				 .source = STR("stuck"),
				 .at = clock_now() };
	BOOKS_MUST(t, seen_add(t->books.lists, &seen));
	BOOKS_MUST(t, answered_add(t->books.lists, STR("late@b.example"), day, &times));
	BOOKS_MUST(t, book_run(t->books.lists,
			       "CREATE TRIGGER stuck BEFORE DELETE ON seen BEGIN "
			       "SELECT raise(ABORT, 'stuck'); END"));
	err e = expire_run(&t->books, t->a, clock_now() + 90 * DAY);
	CHECK(e.kind && has_word(e, "known posts"));
	CHECK(books_count(t, "seen", "1") > 0 && books_count(t, "answered", "1") == 0);
	BOOKS_MUST(t, book_run(t->books.lists, "DROP TRIGGER stuck"));
	CHECK(expire(t, 90) && books_count(t, "seen", "1") == 0);
}

/* What is still owed keeps its body, however old it is. */
static void test_outbound(struct books_test *t)
{
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM message"));
	books_set(t, DEV, "default_nonmember_action", "accept");
	CHECK(ok(books_arrives(t, "anna@uni.example", DEV,
			       books_mail(t->a, "anna@uni.example", DEV, "o1@x", "x"))));
	CHECK(books_count(t, "delivery", "1") == 1 && books_count(t, "body", "1") == 1);
	CHECK(expire(t, 170) && books_count(t, "body", "1") == 1);
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
	CHECK(expire(t, 0) && books_count(t, "body", "1") == 1);
	str relay = t->conf->send_relay;
	t->conf->send_relay = STR("outbox"); /* read there, not sent */
	CHECK(expire(t, 2) && books_count(t, "body", "1") == 1);
	t->conf->send_relay = relay;
	CHECK(expire(t, 2) && books_count(t, "body", "1") == 0
	      && books_count(t, "message", "kept = 0") == 1);
	CHECK(books_count(t, "arrival", "1") > 0 && books_count(t, "event", "1") > 0);
	CHECK(expire(t, 200) && books_count(t, "message", "1") == 0);
	CHECK(books_count(t, "arrival", "1") == 0 && books_count(t, "event", "1") == 0);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, "ever@lists.example");
	books_list(&t, "slow@lists.example");
	books_member(&t, books_list(&t, DEV), "member@uni.example");
	test_held(&t);
	test_rows(&t);
	test_one_stays(&t);
	test_one_fails(&t);
	test_outbound(&t);
	books_end(&t);
	return check_done();
}
