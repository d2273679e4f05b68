/* The clock of a place: known changes to summer time and back, hours that do not come or
 * come twice, days that were left out, rules behind the end of a table. */
#include "base/zone.h"

#include "zones.h"

#include <time.h>

enum { HOUR = 3600, DAY = 24 * HOUR, NOON = 12 * HOUR };

static int64_t at(const char *text)
{
	struct tm t = { 0 };
	CHECK(strptime(text, "%Y-%m-%d %H:%M", &t) != NULL);
	return timegm(&t);
}

/* The second before, and that second. */
static void test_changes(struct arena *a)
{
	static const struct {
		const char *zone, *at;
		int before;
		const char *was;
		int after;
		const char *is;
	} cases[] = {
		{ "berlin", "2026-03-29 01:00", 3600, "CET", 7200, "CEST" },
		{ "berlin", "2026-10-25 01:00", 7200, "CEST", 3600, "CET" },
		{ "berlin", "2060-03-28 01:00", 3600, "CET", 7200, "CEST" },
		{ "berlin", "2060-10-31 01:00", 7200, "CEST", 3600, "CET" },
		{ "berlin", "1960-01-01 00:00", 3600, "CET", 3600, "CET" },
		{ "berlin", "1800-01-01 00:00", 3208, "LMT", 3208, "LMT" },
		{ "los_angeles", "2026-03-08 10:00", -28800, "PST", -25200, "PDT" },
		{ "los_angeles", "2026-11-01 09:00", -25200, "PDT", -28800, "PST" },
		{ "los_angeles", "2051-03-12 10:00", -28800, "PST", -25200, "PDT" },
		{ "kolkata", "2026-11-24 00:00", 19800, "IST", 19800, "IST" },
		{ "kolkata", "2099-07-24 00:00", 19800, "IST", 19800, "IST" },
		{ "lord_howe", "2026-04-04 15:00", 39600, "+11", 37800, "+1030" },
		{ "lord_howe", "2026-10-03 15:30", 37800, "+1030", 39600, "+11" },
		{ "lord_howe", "2050-04-02 15:00", 39600, "+11", 37800, "+1030" },
		{ "lord_howe", "2050-01-01 00:00", 39600, "+11", 39600, "+11" },
		{ "apia", "2011-12-30 10:00", -36000, "-10", 50400, "+14" },
		{ "dublin", "2099-03-29 01:00", 0, "GMT", 3600, "IST" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct zone z = zone_table(a, cases[i].zone);
		const struct zone_kind *was = zone_at(&z, at(cases[i].at) - 1),
				       *is = zone_at(&z, at(cases[i].at));
		if (was->offset != cases[i].before || is->offset != cases[i].after)
			fprintf(stderr, "  %s %s: %d %d\n", cases[i].zone, cases[i].at,
				was->offset, is->offset);
		CHECK(was->offset == cases[i].before && is->offset == cases[i].after);
		CHECK(str_eq(was->name, str_from(cases[i].was)));
		CHECK(str_eq(is->name, str_from(cases[i].is)));
	}
}

static void test_instants(struct arena *a)
{
	static const struct {
		const char *zone, *wall, *instant;
	} cases[] = {
		{ "berlin", "2026-11-24 12:00", "2026-11-24 11:00" },
		{ "berlin", "2026-07-24 12:00", "2026-07-24 10:00" },
		{ "berlin", "2026-03-29 02:30", "2026-03-29 01:30" }, /* not there */
		{ "berlin", "2026-10-25 02:30", "2026-10-25 00:30" }, /* twice */
		{ "berlin", "2026-10-25 03:00", "2026-10-25 02:00" },
		{ "lord_howe", "2026-10-04 02:15", "2026-10-03 15:45" },
		{ "apia", "2011-12-29 12:00", "2011-12-29 22:00" },
		{ "apia", "2011-12-31 12:00", "2011-12-30 22:00" },
		{ "apia", "2011-12-30 12:00", "2011-12-30 22:00" }, /* not there */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct zone z = zone_table(a, cases[i].zone);
		int64_t got = zone_instant(&z, at(cases[i].wall));
		if (got != at(cases[i].instant))
			fprintf(stderr, "  %s %s\n", cases[i].zone, cases[i].wall);
		CHECK(got == at(cases[i].instant));
	}
}

/* Each minute of a month: an hour of the day passes once a day, and never backwards. */
static void test_days(struct arena *a)
{
	static const struct {
		const char *zone, *from;
		int hour, times;
	} cases[] = {
		{ "berlin", "2026-03-15 23:10", 2, 30 },
		{ "berlin", "2026-10-15 23:10", 2, 30 },
		{ "berlin", "2026-10-15 23:10", 0, 30 },
		{ "los_angeles", "2026-03-01 23:10", 2, 30 },
		{ "los_angeles", "2026-10-20 23:10", 1, 30 },
		{ "lord_howe", "2026-09-20 10:10", 2, 30 },
		{ "kolkata", "2026-09-20 10:10", 12, 30 },
		{ "apia", "2011-12-15 23:10", 6, 30 }, /* 31 days of the calendar */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct zone z = zone_table(a, cases[i].zone);
		int64_t second = cases[i].hour * HOUR, t = at(cases[i].from), end;
		int64_t before = zone_day_past(&z, second, t);
		int times = 0;
		for (end = t + 30LL * DAY; t < end; t += 60) {
			int64_t day = zone_day_past(&z, second, t);
			CHECK(day >= before);
			CHECK(zone_instant(&z, day * DAY + second) <= t);
			times += day > before;
			before = day;
		}
		if (times != cases[i].times)
			fprintf(stderr, "  %s %s: %d\n", cases[i].zone, cases[i].from,
				times);
		CHECK(times == cases[i].times);
	}
	CHECK(zone_day_past(&zone_utc, NOON, 5 * DAY + NOON) == 5);
	CHECK(zone_day_past(&zone_utc, NOON, 5 * DAY + NOON - 1) == 4);
	CHECK(zone_day_past(&zone_utc, NOON, -1) == -1);
}

static void test_rules(struct arena *a)
{
	static const char *const wrong[] = {
		"",
		"CET",
		"AB1",
		"CET25",
		"CET-1:60",
		"CET-1CEST",
		"CET-1CEST,M3.5.0",
		"CET-1CEST,M3.5.0,M10.5.0/3 ",
		"CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0",
		"CET-1CEST,J0,M10.5.0",
		"CET-1CEST,J366,M10.5.0",
		"CET-1CEST,M3.5.0/168,M10.5.0",
		"<CET-1CEST,M3.5.0,M10.5.0",
	};
	static const struct {
		const char *rule, *at;
		int offset;
	} right[] = {
		{ "EST5EDT,M3.2.0,M11.1.0", "2026-03-08 06:59", -5 * HOUR },
		{ "EST5EDT,M3.2.0,M11.1.0", "2026-03-08 07:00", -4 * HOUR },
		/* 1 March in each year; day 59 of a leap year is 29 February */
		{ "AAA0BBB,J60/0,J300", "2024-02-29 23:59", 0 },
		{ "AAA0BBB,J60/0,J300", "2024-03-01 00:00", HOUR },
		{ "AAA0BBB,59/0,J300", "2024-02-29 00:00", HOUR },
		{ "AAA0BBB,59/0,J300", "2025-02-28 23:59", 0 },
		{ "XXX3EDT4,0/0,J365/23", "2026-01-01 03:00", -4 * HOUR },
		{ "XXX3EDT4,0/0,J365/23", "2026-01-01 02:59", -4 * HOUR },
		{ "AAA0BBB,M3.4.4/50,M10.5.0", "2026-03-28 01:59", 0 },
		{ "AAA0BBB,M3.4.4/50,M10.5.0", "2026-03-28 02:00", HOUR },
		{ "<-0330>3:30", "2026-03-28 02:00", -3 * HOUR - HOUR / 2 },
	};
	struct zone_rule r;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (!zone_rule_read(a, str_from(wrong[i]), &r).kind)
			fprintf(stderr, "  %s\n", wrong[i]);
		CHECK(zone_rule_read(a, str_from(wrong[i]), &r).kind == ERR_SYNTAX);
	}
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		CHECK(!zone_rule_read(a, str_from(right[i].rule), &r).kind);
		int got = zone_rule_at(&r, at(right[i].at))->offset;
		if (got != right[i].offset)
			fprintf(stderr, "  %s %s: %d\n", right[i].rule, right[i].at, got);
		CHECK(got == right[i].offset);
	}
}

static void test_names(struct arena *a)
{
	static const char *const wrong[] = { "/etc/passwd",      "../../../etc/passwd",
					     "Europe/../Berlin", "Europe/Berlin ",
					     "Eu\nrope",         "-Europe" };
	struct zone z = { .count = 7 };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(zone_load(a, str_from(wrong[i]), &z).kind == ERR_SYNTAX
		      && z.count == 7);
	err e = zone_load(a, STR("Europe/Nowhere"), &z);
	CHECK(e.kind == ERR_NOTFOUND && str_has(str_from(e.msg), '/')
	      && str_find(str_from(e.msg), STR("tzdata")).n);
	CHECK(!zone_load(a, STR(""), &z).kind && zone_is_utc(&z));
	CHECK(zone_is_utc(zone_site()));
	z = zone_table(a, "berlin");
	CHECK(!zone_is_utc(&z));
	zone_use(&z);
	CHECK(zone_wall(zone_site(), 0) == HOUR);
	zone_use(&zone_utc);
}

static void test_broken(struct arena *a)
{
	static const char *const names[] = { "cut",    "head",  "nofooter", "badrule",
					     "nokind", "leap",  "order",    "wrongkind",
					     "offset", "noname" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		str octets;
		struct zone z;
		const char *path = arena_z(
			a, arena_cat(a, STR("fuzz/corpus/zone/"), str_from(names[i])));
		CHECK(!file_read(a, path, 64 * 1024, &octets).kind);
		if (!zone_read(a, octets, &z).kind)
			fprintf(stderr, "  %s\n", names[i]);
		CHECK(zone_read(a, octets, &z).kind == ERR_SYNTAX);
	}
	struct zone old = zone_table(a, "one"); /* version 1: no rule behind 2037 */
	CHECK(zone_at(&old, at("2026-07-01 00:00"))->offset == 2 * HOUR);
	CHECK(!old.has_rule && zone_at(&old, at("2060-07-01 00:00"))->offset == HOUR);
}

int main(void)
{
	ARENA(a);
	test_changes(a);
	test_instants(a);
	test_days(a);
	test_rules(a);
	test_names(a);
	test_broken(a);
	return check_done();
}
