#include "web/pages/volume.h"

#include <time.h>

enum { DAY = 86400, YEAR_MIN = 1970, YEAR_MAX = 9999 };

static int64_t midnight(int year, int month, int day)
{
	struct tm t = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };
	return timegm(&t);
}

static struct tm date_of(int64_t seconds)
{
	struct tm t = { 0 };
	time_t at = (time_t)seconds;
	gmtime_r(&at, &t);
	return t;
}

/* The Monday of an ISO week: the first is the one that January 4 is in. */
static int64_t monday(int year, int week)
{
	int64_t fourth = midnight(year, 1, 4);
	int after = (date_of(fourth).tm_wday + 6) % 7;
	return fourth + ((int64_t)(week - 1) * 7 - after) * DAY;
}

/* Exactly so many digits. */
static bool number(str s, size_t digits, int64_t least, int64_t most, int *n)
{
	int64_t value;
	if (s.n != digits || !chr_is_digit(s.p[0]) || !str_i64(s, &value) || value < least
	    || value > most)
		return false;
	*n = (int)value;
	return true;
}

static bool read_week(int year, str text, struct volume *v)
{
	int week;
	if (!number(text, 2, 1, 53, &week))
		return false;
	v->from = monday(year, week);
	v->until = v->from + 7 * DAY;
	return v->until <= monday(year + 1, 1); /* most years have 52 */
}

static bool read_quarter(int year, str text, struct volume *v)
{
	int quarter;
	if (!number(text, 1, 1, 4, &quarter))
		return false;
	v->from = midnight(year, 3 * quarter - 2, 1);
	v->until = midnight(year, 3 * quarter + 1, 1);
	return true;
}

static bool read_day(int year, int month, str text, struct volume *v)
{
	int day;
	if (!number(text, 2, 1, 31, &day))
		return false;
	v->from = midnight(year, month, day);
	v->until = v->from + DAY;
	return date_of(v->from).tm_mon == month - 1;
}

struct volume volume_month(int year, int month)
{
	return (struct volume){ midnight(year, month, 1), midnight(year, month + 1, 1) };
}

/* A month, or a day of one. */
static bool read_month(int year, str text, struct volume *v)
{
	int month;
	if (!number(str_first(text, 2), 2, 1, 12, &month))
		return false;
	if (text.n > 2)
		return text.p[2] == '-' && read_day(year, month, str_skip(text, 3), v);
	*v = volume_month(year, month);
	return true;
}

bool volume_read(str name, struct volume *v)
{
	int year;
	if (!number(str_first(name, 4), 4, YEAR_MIN, YEAR_MAX, &year))
		return false;
	*v = (struct volume){ midnight(year, 1, 1), midnight(year + 1, 1, 1) };
	if (name.n == 4)
		return true;
	str rest = str_skip(name, 5);
	if (name.p[4] != '-')
		return false;
	return str_starts(rest, STR("w"))   ? read_week(year, str_skip(rest, 1), v)
	       : str_starts(rest, STR("q")) ? read_quarter(year, str_skip(rest, 1), v)
					    : read_month(year, rest, v);
}

str volume_name(struct arena *a, str frequency, int64_t date)
{
	struct tm t = date_of(date);
	char text[32];
	const char *form = str_eq(frequency, STR("yearly"))   ? "%Y"
			   : str_eq(frequency, STR("weekly")) ? "%G-w%V"
			   : str_eq(frequency, STR("daily"))  ? "%Y-%m-%d"
							      : "%Y-%m";
	if (str_eq(frequency, STR("quarterly")))
		return arena_printf(a, "%04d-q%d", t.tm_year + 1900, t.tm_mon / 3 + 1);
	size_t n = strftime(text, sizeof text, form, &t);
	return arena_copy(a, (str){ text, n });
}
