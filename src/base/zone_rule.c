#include "base/zone_rule.h"

#include <time.h>

enum { DAY = 86400, HOUR = 3600, NAME_LEAST = 3, NAME_MOST = 16 };

/* ---- reading */

static bool take(str *in, char c)
{
	if (!in->n || in->p[0] != c)
		return false;
	*in = str_skip(*in, 1);
	return true;
}

static bool take_number(str *in, int most, int *number)
{
	size_t n = 0;
	uint64_t value;
	while (n < in->n && n < 4 && chr_is_digit(in->p[n]))
		n++;
	if (!str_u64(str_first(*in, n), &value) || value > (uint64_t)most)
		return false;
	*in = str_skip(*in, n);
	*number = (int)value;
	return true;
}

/* In <> signs and digits may stand in it. */
static bool take_name(struct arena *a, str *in, str *name)
{
	bool quoted = take(in, '<');
	size_t n = 0;
	while (n < in->n
	       && (chr_is_alpha(in->p[n])
		   || (quoted
		       && (chr_is_digit(in->p[n]) || in->p[n] == '+'
			   || in->p[n] == '-'))))
		n++;
	if (n < NAME_LEAST || n > NAME_MOST)
		return false;
	*name = arena_copy(a, str_first(*in, n));
	*in = str_skip(*in, n);
	return !quoted || take(in, '>');
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(str *in, int most_hours, int32_t *seconds)
{
	int hours, minutes = 0, rest = 0;
	bool minus = take(in, '-');
	if (!minus)
		take(in, '+');
	if (!take_number(in, most_hours, &hours)
	    || (take(in, ':')
		&& (!take_number(in, 59, &minutes)
		    || (take(in, ':') && !take_number(in, 59, &rest)))))
		return false;
	*seconds = hours * HOUR + minutes * 60 + rest;
	if (minus)
		*seconds = -*seconds;
	return true;
}

static bool take_day(str *in, struct zone_when *when)
{
	if (take(in, 'J')) {
		when->form = ZONE_JULIAN;
		return take_number(in, 365, &when->day) && when->day;
	}
	if (!take(in, 'M')) {
		when->form = ZONE_DAY;
		return take_number(in, 365, &when->day);
	}
	when->form = ZONE_WEEK;
	return take_number(in, 12, &when->month) && when->month && take(in, '.')
	       && take_number(in, 5, &when->week) && when->week && take(in, '.')
	       && take_number(in, 6, &when->day);
}

/* The time may be up to a week off (RFC 9636 section 3.3.2). */
static bool take_when(str *in, struct zone_when *when)
{
	when->second = 2 * HOUR;
	return take(in, ',') && take_day(in, when)
	       && (!take(in, '/') || take_time(in, 167, &when->second));
}

/* POSIX counts what is west of Greenwich as more. */
static bool take_offset(str *in, struct zone_kind *kind)
{
	bool has = in->n
		   && (chr_is_digit(in->p[0]) || in->p[0] == '+' || in->p[0] == '-');
	if (has && !take_time(in, 24, &kind->offset))
		return false;
	kind->offset = has ? -kind->offset : kind->offset;
	return has || kind->summer;
}

static bool take_rule(struct arena *a, str in, struct zone_rule *r)
{
	if (!take_name(a, &in, &r->standard.name) || !take_offset(&in, &r->standard))
		return false;
	if (!in.n)
		return true;
	r->has_summer = true;
	r->summer = (struct zone_kind){ .offset = r->standard.offset + HOUR,
					.summer = true };
	return take_name(a, &in, &r->summer.name) && take_offset(&in, &r->summer)
	       && take_when(&in, &r->begins) && take_when(&in, &r->ends) && !in.n;
}

err zone_rule_read(struct arena *a, str text, struct zone_rule *rule)
{
	struct zone_rule r = { .has_summer = false };
	if (!take_rule(a, text, &r))
		return FAIL(ERR_SYNTAX, "not a rule of POSIX for summer time");
	*rule = r;
	return OK;
}

/* ---- what it says */

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970 to the first of the year, for years after 1. */
static int64_t year_begins(int64_t year)
{
	int64_t before = year - 1;
	return 365 * (year - 1970) + before / 4 - before / 100 + before / 400 - 477;
}

static int month_days(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* The day of the year, from 0. Week 5 is the last in which the month has that day. */
static int64_t day_of(const struct zone_when *w, int64_t year)
{
	if (w->form == ZONE_DAY)
		return w->day;
	if (w->form == ZONE_JULIAN) /* 29 February has no number */
		return w->day - 1 + (is_leap(year) && w->day >= 60);
	int64_t first = 0;
	for (int m = 1; m < w->month; m++)
		first += month_days(year, m);
	/* 1970 began on a Thursday; no year here is before 1 */
	int64_t weekday = ((year_begins(year) + first + 4) % 7 + 7) % 7;
	int64_t day = (w->day - weekday + 7) % 7 + (w->week - 1) * 7;
	return first + day - (day >= month_days(year, w->month) ? 7 : 0);
}

/* The instant at which clocks that were offset ahead are set. */
static int64_t instant_of(const struct zone_when *w, int64_t year, int32_t offset)
{
	return (year_begins(year) + day_of(w, year)) * DAY + w->second - offset;
}

const struct zone_kind *zone_rule_at(const struct zone_rule *r, int64_t instant)
{
	enum { FIRST_YEAR = 1, LAST_YEAR = 9999 };
	struct tm tm;
	if (!r->has_summer)
		return &r->standard;
	int64_t least = year_begins(FIRST_YEAR + 1) * DAY,
		most = year_begins(LAST_YEAR) * DAY;
	instant = instant < least ? least : instant > most ? most : instant;
	time_t local = (time_t)(instant + r->standard.offset);
	gmtime_r(&local, &tm);
	int64_t year = tm.tm_year + 1900;
	int64_t begins = instant_of(&r->begins, year, r->standard.offset);
	int64_t ends = instant_of(&r->ends, year, r->summer.offset);
	/* in the south it ends in the year before it begins again */
	bool summer = begins < ends ? begins <= instant && instant < ends
				    : !(ends <= instant && instant < begins);
	return summer ? &r->summer : &r->standard;
}
