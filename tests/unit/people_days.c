/* For how long somebody is on a list: the first day and the last. */
#include "joiners.h"

#include "base/clock.h"
#include "lists/expire.h"
#include "lists/owner.h"
#include "lists/term.h"
#include "store/lists/planned.h"
#include "zones.h"

static err admit(struct books_test *t, const char *who, int64_t first, int64_t last)
{
	struct mailbox m = books_box(t, who);
	struct term x = { first, last };
	return member_admit_for(&t->books, t->a, books_entry(t, DEV), &m, &x, false,
				&t->by);
}

static void test_days(struct books_test *t)
{
	struct member_row m;
	struct planned_row *p;
	size_t n;
	int64_t today = clock_now() / DAY * DAY, list = books_entry(t, DEV)->id;
	const char *guest = fresh(t), *later = fresh(t), *banned = fresh(t);
	CHECK(admit(t, guest, 0, today - DAY).kind == ERR_SYNTAX);
	CHECK(admit(t, guest, today + 3 * DAY, today + 2 * DAY).kind == ERR_SYNTAX);
	CHECK(ok(admit(t, guest, 0, today)) && find(t, guest, &m) && m.last_day == today);
	CHECK(ok(admit(t, later, today + 5 * DAY, today + 7 * DAY)));
	CHECK(ok(admit(t, banned, today + 5 * DAY, 0)));
	CHECK(!is_member(t, later) && ok(planned_list(t->books.lists, t->a, list, &p, &n))
	      && n == 2);
	/* no post goes to who is to come */
	CHECK(ok(books_arrives(t, guest, DEV,
			       books_mail(t->a, guest, DEV, "d1@x", "Hi"))));
	CHECK(holds(books_owed(t), guest) && !holds(books_owed(t), later));
	CHECK(ok(ban_put(&t->books, t->a, list, str_from(banned), STR(""), &t->by)));
	/* the last day is one still; then it is over, and the one who left is told */
	CHECK(ok(expire_run(&t->books, t->a, today + DAY - 1)) && is_member(t, guest));
	CHECK(ok(expire_run(&t->books, t->a, today + DAY)) && !is_member(t, guest));
	CHECK(letter_to(t, guest, "last day is over").n && !is_member(t, later));
	CHECK(ok(expire_run(&t->books, t->a, today + 5 * DAY)) && find(t, later, &m)
	      && m.last_day == today + 7 * DAY && letter_to(t, later, "now a member").n);
	CHECK(!is_member(t, banned)
	      && books_count(t, "audit", "what = 'membership not begun'") == 1);
	CHECK(ok(planned_list(t->books.lists, t->a, list, &p, &n)) && n == 0);
	CHECK(ok(expire_run(&t->books, t->a, today + 8 * DAY)) && !is_member(t, later));
	/* an end that is taken back */
	CHECK(ok(admit(t, guest, 0, today + DAY)));
	struct assignment none = { STR("until"), STR("") };
	CHECK(ok(member_configure(&t->books, t->a, books_entry(t, DEV), str_from(guest),
				  &none, 1, &t->by)));
	CHECK(ok(expire_run(&t->books, t->a, today + 9 * DAY)) && is_member(t, guest));
	/* a plan that is dropped, and one that another way in makes void */
	CHECK(ok(admit(t, later, today + 5 * DAY, 0)));
	CHECK(ok(member_plan_drop(&t->books, t->a, books_entry(t, DEV), str_from(later),
				  &t->by)));
	CHECK(member_plan_drop(&t->books, t->a, books_entry(t, DEV), str_from(later),
			       &t->by)
		      .kind
	      == ERR_NOTFOUND);
	CHECK(ok(admit(t, later, today + 5 * DAY, 0)) && ok(admit(t, later, 0, 0)));
	CHECK(ok(planned_list(t->books.lists, t->a, list, &p, &n)) && n == 0);
}

/* The last day ends at midnight of the place. */
static void test_days_there(struct books_test *t)
{
	enum { HOUR = 3600 };
	int64_t today = clock_now() / DAY * DAY;
	const char *guest = fresh(t), *later = fresh(t);
	zone_begin(t->a, "kolkata"); /* five and a half hours ahead */
	CHECK(ok(admit(t, guest, 0, today + 2 * DAY)));
	CHECK(ok(admit(t, later, today + 3 * DAY, 0)) && !is_member(t, later));
	int64_t midnight = today + 3 * DAY - 5 * HOUR - HOUR / 2;
	CHECK(ok(expire_run(&t->books, t->a, midnight - 1)));
	CHECK(is_member(t, guest) && !is_member(t, later));
	CHECK(ok(expire_run(&t->books, t->a, midnight)));
	CHECK(!is_member(t, guest) && is_member(t, later));
	zone_begin(t->a, NULL);
}

static void test_day_words(void)
{
	static const struct {
		const char *text;
		int64_t day; /* -1: none */
	} cases[] = {
		{ "1970-01-03", 2 * DAY },
		{ "1970-01-03T15:00", 2 * DAY },
		{ "", 0 },
		{ " ", 0 },
		{ "tomorrow", -1 },
		{ "31.12.2026", -1 },
		{ "1969-01-01", -1 },
		{ "2026-12-32", -1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t day = -1;
		CHECK(day_read(str_from(cases[i].text), &day) == (cases[i].day >= 0)
		      && day == cases[i].day);
	}
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_role(&t, dev, "olga@uni.example", "owner");
	test_days(&t);
	test_days_there(&t);
	test_day_words();
	books_end(&t);
	return check_done();
}
