#include "web/pages/volume.h"

#include "tests/check.h"

#include <time.h>

enum { DAY = 86400 };

static int64_t noon(int year, int month, int day)
{
	struct tm t = {
		.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = 12
	};
	return timegm(&t);
}

static void test_names(struct arena *a)
{
	static const struct {
		const char *frequency, *name;
		int year, month, day;
		int days; /* that it holds */
	} cases[] = {
		{ "yearly", "2024", 2024, 2, 29, 366 },
		{ "quarterly", "2026-q4", 2026, 12, 31, 92 },
		{ "quarterly", "2026-q1", 2026, 1, 1, 90 },
		{ "monthly", "2026-11", 2026, 11, 27, 30 },
		{ "monthly", "2026-12", 2026, 12, 31, 31 },
		/* ISO 8601: the year of a week is that of its Thursday */
		{ "weekly", "2026-w53", 2027, 1, 3, 7 },
		{ "weekly", "2027-w01", 2027, 1, 4, 7 },
		{ "weekly", "2025-w01", 2024, 12, 30, 7 },
		{ "daily", "2026-02-28", 2026, 2, 28, 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct volume v = { 0 };
		int64_t at = noon(cases[i].year, cases[i].month, cases[i].day);
		str name = volume_name(a, str_from(cases[i].frequency), at);
		CHECK(str_eq(name, str_from(cases[i].name)));
		CHECK(volume_read(name, &v));
		CHECK(v.from <= at && at < v.until
		      && v.until - v.from == cases[i].days * DAY);
	}
}

static void test_none(void)
{
	static const char *const wrong[] = {
		"",        "2026-",   "26",         "2026-13",    "2026-00",   "2026-1",
		"2026-q5", "2026-q",  "2026-w54",   "2025-w53",   "2026-w00",  "2026-w1",
		"2026-+1", "1969-12", "2026-02-29", "2026-04-31", "2026-04-3", "2026-04-",
		"2026/04", "+026-04", "20260-04",   "2026-04x01",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(!volume_read(str_from(wrong[i]), &(struct volume){ 0 }));
}

int main(void)
{
	ARENA(a);
	test_names(a);
	test_none();
	return check_done();
}
