/* The moderators' mail of the morning: lists/remind.h. */
#include "letters.h"

#include "lists/decide.h"
#include "lists/remind.h"
#include "store/lists/held.h"
#include "store/lists/request.h"
#include "zones.h"

#define DEV "dev@lists.example"

enum { DAY = 86400, SIX = DAY / 4 };

static int64_t mails(struct books_test *t)
{
	return books_count(t, "message", "kind = 'notice' AND source LIKE 'summary/%'");
}

static int64_t hold(struct books_test *t, const char *list, const char *id, int64_t at)
{
	struct held_row *h;
	size_t n;
	BOOKS_MUST(t, books_arrives(t, "eve@evil.example", list,
				    books_mail(t->a, "eve@evil.example", list, id, "x")));
	BOOKS_MUST(t, held_waiting(t->books.lists, t->a, 0, 0, 1000, &h, &n));
	BOOKS_MUST(t,
		   book_run(t->books.lists, "UPDATE held SET held_at = ?1 WHERE id = ?2",
			    SQL_I(at), SQL_I(h[n - 1].id)));
	return h[n - 1].id;
}

static bool remind(struct books_test *t, int64_t at)
{
	return ok(remind_run(&t->books, t->a, at));
}

/* At six of the morning in Berlin, also when summer time begins (29 March 2026): once. */
static void test_there(struct books_test *t)
{
	enum { MARCH_28 = 1774656000, HOUR = 3600 }; /* 0:00 UTC */
	int64_t before = mails(t);
	hold(t, DEV, "early@x", MARCH_28 - DAY);
	BOOKS_MUST(t, ledger_set_cursor(t->books.outbound, STR("summary"),
					MARCH_28 / DAY - 1));
	zone_begin(t->a, "berlin");
	CHECK(remind(t, MARCH_28 + 5 * HOUR - 1) && mails(t) == before);
	CHECK(remind(t, MARCH_28 + 5 * HOUR) && mails(t) == before + 2);
	CHECK(letter_to(t, "max@uni.example", "    2026-03-27 01:00 CET  ").n);
	for (int64_t at = MARCH_28 + 5 * HOUR; at < MARCH_28 + 28 * HOUR; at += HOUR / 2)
		CHECK(remind(t, at) && mails(t) == before + 2);
	CHECK(remind(t, MARCH_28 + 28 * HOUR) && mails(t) == before + 4);
	zone_begin(t->a, NULL);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	int64_t day = (clock_now() / DAY + 2) * DAY;
	struct actor olga = { .name = STR("olga@uni.example"), .via = STR("page") };
	const char *lists[] = { DEV, "quiet@lists.example", "empty@lists.example" };
	for (size_t i = 0; i < 3; i++) {
		books_list(&t, lists[i]);
		books_role(&t, books_entry(&t, lists[i]), "olga@uni.example", "owner");
		books_role(&t, books_entry(&t, lists[i]), "olga@uni.example",
			   "moderator");
		books_role(&t, books_entry(&t, lists[i]), "max@uni.example", "moderator");
	}
	books_set(&t, "quiet@lists.example", "daily_summary", "no");
	hold(&t, "quiet@lists.example", "q@x", day);
	int64_t first = hold(&t, DEV, "1@x", day);
	/* A new server begins with the next morning. */
	CHECK(remind(&t, day + SIX + 1) && mails(&t) == 0);
	CHECK(remind(&t, day + DAY + SIX - 1) && mails(&t) == 0);
	/* One mail a moderator, of the list that wants it and where something waits. */
	CHECK(remind(&t, day + DAY + SIX) && mails(&t) == 2);
	CHECK(letter_to(&t, "max@uni.example", "Subject: dev: 1 post waits\r\n").n);
	CHECK(letter_to(&t, "max@uni.example", "eve@evil.example").n);
	CHECK(remind(&t, day + DAY + SIX + 3600) && mails(&t) == 2); /* once a day */
	/* What came since six was told by its own mail; a crash before the cursor repeats
	 * none. */
	hold(&t, DEV, "2@x", day + DAY + SIX + 60);
	BOOKS_MUST(&t, ledger_set_cursor(t.books.outbound, STR("summary"), 1));
	CHECK(remind(&t, day + DAY + SIX + 7200) && mails(&t) == 2);
	/* Set aside, asked, and dropped since nobody decided. */
	CHECK(ok(held_decide(&t.books, a, first, STR("defer"), STR("ask Ada"), &olga)));
	struct request_row r = { .list = books_entry(&t, DEV)->id,
				 .address = STR("new@x.example"),
				 .name = STR(""),
				 .asked_at = day };
	CHECK(ok(request_add(t.books.lists, &r)));
	int64_t gone = hold(&t, DEV, "3@x", day);
	struct actor expiry = { .name = STR("expiry") };
	CHECK(ok(held_lapse(&t.books, a, gone, 5, &expiry)));
	BOOKS_MUST(&t, book_run(t.books.lists,
				"UPDATE held SET handled_at = ?1 WHERE id = ?2",
				SQL_I(day + DAY + SIX), SQL_I(gone)));
	CHECK(remind(&t, day + 2 * DAY + SIX) && mails(&t) == 4);
	CHECK(letter_to(&t, "max@uni.example",
			"\r\n    2 posts wait\r\n    1 person asks to join\r\n    1 post "
			"was dropped since nobody decided\r\n")
		      .n);
	CHECK(letter_to(&t, "max@uni.example",
			"Subject: dev: 2 posts wait, 1 person asks")
		      .n);
	CHECK(letter_to(&t, "max@uni.example", "set aside by olga@uni.example: ask Ada")
		      .n);
	/* Days without a server are not made up for. */
	CHECK(remind(&t, day + 9 * DAY + SIX) && mails(&t) == 6);
	test_there(&t);
	books_end(&t);
	return check_done();
}
