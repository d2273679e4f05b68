/* The moderators' mail of the morning: lists/remind.h. */
#include "letters.h"

#include "lists/decide.h"
#include "lists/press.h"
#include "lists/remind.h"
#include "store/lists/address.h"
#include "store/lists/held.h"
#include "store/lists/person.h"
#include "store/lists/request.h"
#include "store/lists/role.h"
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

/* ---- one letter about several lists */

static int64_t waits(struct books_test *t, const char *list)
{
	int64_t n;
	BOOKS_MUST(t, held_count(t->books.lists, books_entry(t, list)->id, &n));
	return n;
}

static str letter_of_day(struct books_test *t, const char *to, int64_t at)
{
	CHECK(remind(t, at));
	return letter_to(t, to, "lists: ");
}

static void prefer_other(struct books_test *t, int64_t person, const char *address)
{
	struct address_row x;
	str key = str_from(address);
	CHECK(ok(address_find(t->books.lists, t->a, key, &x)));
	CHECK(ok(address_move(t->books.lists, x.id, person)));
	CHECK(ok(address_verify(t->books.lists, x.id, 5)));
	CHECK(ok(person_prefer(t->books.lists, person, x.id)));
}

/* Mona moderates two lists, the second by another address of hers; Olaf the second alone;
 * Una both, but nobody has shown that her two addresses are one person's. */
static void test_several(struct arena *a)
{
	static const char one[] = "one@lists.example", two[] = "two@lists.example";
	struct books_test t = books_make(a);
	int64_t day = (clock_now() / DAY + 2) * DAY;
	struct address_row x;
	books_list(&t, one);
	const struct list_entry *second = books_list(&t, two),
				*first = books_entry(&t, one);
	int64_t mona = books_role(&t, first, "mona@uni.example", "moderator");
	CHECK(ok(address_find(t.books.lists, a, STR("mona@uni.example"), &x)));
	CHECK(ok(address_verify(t.books.lists, x.id, 5)));
	books_role(&t, second, "mona@lab.example", "owner");
	prefer_other(&t, mona, "mona@lab.example");
	books_role(&t, second, "olaf@uni.example", "moderator");
	CHECK(ok(address_find(t.books.lists, a, STR("olaf@uni.example"), &x)));
	CHECK(ok(address_verify(t.books.lists, x.id, 5)));
	books_role(&t, first, "una@uni.example", "moderator");
	books_role(&t, second, "una@lab.example", "moderator");
	CHECK(remind(&t, day + SIX));
	int64_t listed[] = { hold(&t, one, "1@x", day), hold(&t, two, "2@x", day),
			     hold(&t, two, "3@x", day) };
	str letter = letter_of_day(&t, "mona@lab.example", day + DAY + SIX);
	CHECK(holds(letter, "Subject: 2 lists: 3 posts wait\r\n"));
	CHECK(holds(letter, "one@lists.example:\r\n\r\n    1 post waits\r\n"));
	CHECK(holds(letter, "two@lists.example:\r\n\r\n    2 posts wait\r\n"));
	CHECK(holds(letter, "/lists/one/admin/held") && holds(letter, "/held\r\n"));
	CHECK(!letter_to(&t, "mona@uni.example", "post waits")
		       .n); /* one letter a person */
	CHECK(letter_to(&t, "olaf@uni.example", "Subject: two: 2 posts wait").n);
	CHECK(letter_to(&t, "una@uni.example", "Subject: one: 1 post waits").n);
	CHECK(letter_to(&t, "una@lab.example", "Subject: two: 2 posts wait").n);
	CHECK(mails(&t) == 4);
	BOOKS_MUST(&t, ledger_set_cursor(t.books.outbound, STR("summary"), 1));
	CHECK(remind(&t, day + DAY + SIX + 60) && mails(&t) == 4); /* after a crash */

	/* The link discards what was listed: not what came later, nor what another looks at,
	 * nor on a list that she moderates no more. */
	struct pressed done;
	struct press p = { .by = { .via = STR("link") } };
	struct actor olaf = { .name = STR("olaf@uni.example"), .via = STR("page") };
	str token = letter_token(letter),
	    olafs = letter_token(letter_to(&t, "olaf@uni.example", ""));
	CHECK(holds(letter, arena_z(a, arena_cat(a, STR("Reply-To: <one-confirm+"), token,
						 STR("@lists.example>\r\n")))));
	CHECK(holds(letter, "answer this mail with the words: discard all\r\n"));
	CHECK(holds(letter_to(&t, "olaf@uni.example", ""), "two-confirm+"));
	hold(&t, one, "4@x", day + DAY + SIX + 60);
	static const struct {
		const char *choice, *reason;
	} others[] = { { "", "" },
		       { "accept", "all" },
		       { "discard", "" },
		       { "discard", "the first" },
		       { "discard", "allegedly" },
		       { "discard", "17" },
		       { "all", "" } };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		CHECK(confirm_press(&t.books, a, token,
				    &(struct press){ .choice = str_from(others[i].choice),
						     .reason = str_from(others[i].reason),
						     .by = { .via = STR("mail") } },
				    &done)
			      .kind
		      == ERR_SYNTAX);
	CHECK(waits(&t, one) == 2 && waits(&t, two) == 2);
	CHECK(ok(held_decide(&t.books, a, listed[1], STR("claim"), STR(""), &olaf)));
	CHECK(token.n && ok(confirm_press(&t.books, a, token, &p, &done)));
	CHECK(str_eq(done.says, STR("Done: discarded, 2 of 3 posts.")));
	CHECK(waits(&t, one) == 1 && waits(&t, two) == 1);
	CHECK(confirm_press(&t.books, a, token, &p, &done).kind == ERR_NOTFOUND);
	CHECK(ok(address_find(t.books.lists, a, STR("olaf@uni.example"), &x)));
	CHECK(ok(role_remove(t.books.lists, second->id, x.id, STR("moderator"))));
	p = (struct press){ .choice = STR("discard"),
			    .reason = STR("all. Olaf"),
			    .by = { .via = STR("mail") } };
	CHECK(ok(confirm_press(&t.books, a, olafs, &p, &done)));
	CHECK(str_eq(done.says, STR("Done: discarded, 0 of 2 posts.")));
	CHECK(waits(&t, two) == 1);
	CHECK(books_count(&t, "held",
			  "verdict = 'discarded' AND handled_by = 'mona@lab.example'")
	      == 2);
	books_end(&t);
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
	test_several(a);
	return check_done();
}
