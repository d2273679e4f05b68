#include "mail/date.h"

#include "base/zone.h"
#include "mail/lex.h"

#include <time.h>

enum {
	UNREAD = 100000, /* no offset yet */
	TEXT_MAX = 1000,
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char days[] = "SunMonTueWedThuFriSat";

/* RFC 5322 section 4.3, and zones that were met in mail. Single letters, which
 * RFC 822 got backwards, mean nothing: +0000, like every unknown word. */
static const struct {
	str name;
	int minutes;
} zones[] = {
	{ STR("UT"), 0 },     { STR("GMT"), 0 },     { STR("UTC"), 0 },
	{ STR("EST"), -300 }, { STR("EDT"), -240 },  { STR("CST"), -360 },
	{ STR("CDT"), -300 }, { STR("MST"), -420 },  { STR("MDT"), -360 },
	{ STR("PST"), -480 }, { STR("PDT"), -420 },  { STR("EST5EDT"), -300 },
	{ STR("BST"), 60 },   { STR("WET"), 0 },     { STR("WEST"), 60 },
	{ STR("CET"), 60 },   { STR("MET"), 60 },    { STR("CEST"), 120 },
	{ STR("MEST"), 120 }, { STR("MESZ"), 120 },  { STR("MEZ"), 60 },
	{ STR("EET"), 120 },  { STR("EEST"), 180 },  { STR("MSK"), 180 },
	{ STR("IST"), 330 },  { STR("JST"), 540 },   { STR("KST"), 540 },
	{ STR("HST"), -600 }, { STR("AKST"), -540 }, { STR("AKDT"), -480 },
	{ STR("AEST"), 600 }, { STR("AEDT"), 660 },  { STR("NZST"), 720 },
	{ STR("NZDT"), 780 },
};

struct reading { /* -1: not yet */
	int year, month, day, hour, minute, second, offset;
};

/* The index of a three-letter name that word starts with, in names; -1: none. */
static int name_index(str word, const char *names)
{
	for (int i = 0; names[3 * i] && word.n >= 3; i++)
		if (str_ieq(str_first(word, 3), (str){ names + 3 * (size_t)i, 3 }))
			return i;
	return -1;
}

static int digits(str *s, size_t most)
{
	int v = 0;
	size_t n = 0;
	for (; n < s->n && n < most && chr_is_digit(s->p[n]); n++)
		v = 10 * v + (s->p[n] - '0');
	if (!n || (n < s->n && chr_is_digit(s->p[n])))
		return -1;
	*s = str_skip(*s, n);
	return v;
}

/* hh:mm or hh:mm:ss off the start of *s, with . for : as some wrote. */
static bool read_time(struct reading *r, str *s)
{
	int part[3] = { -1, -1, -1 };
	str rest = *s;
	for (size_t i = 0; i < 3; i++) {
		part[i] = digits(&rest, 2);
		if (part[i] < 0)
			return false;
		if (rest.n < 2 || (*rest.p != ':' && *rest.p != '.') || i == 2)
			break;
		rest = str_skip(rest, 1);
	}
	if (part[1] < 0 || part[0] > 23 || part[1] > 59 || part[2] > 60)
		return false;
	r->hour = part[0];
	r->minute = part[1];
	r->second = part[2] < 0 ? 0 : part[2];
	*s = rest;
	return true;
}

/* +hhmm, +hh:mm, +h; what no clock on Earth shows counts as +0000. */
static bool read_offset(struct reading *r, str s)
{
	if (s.n < 2 || (*s.p != '+' && *s.p != '-') || !chr_is_digit(s.p[1]))
		return false;
	bool west = *s.p == '-';
	s = str_skip(s, 1);
	size_t written = 0;
	while (written < s.n && chr_is_digit(s.p[written]))
		written++;
	int hours = digits(&s, written > 3 ? 4 : 2), minutes = 0;
	if (written > 3) {
		minutes = hours % 100;
		hours /= 100;
	} else if (s.n && *s.p == ':') {
		s = str_skip(s, 1);
		minutes = digits(&s, 2);
	}
	r->offset = 0;
	if (hours >= 0 && hours < 16 && minutes >= 0 && minutes < 60)
		r->offset = (west ? -1 : 1) * (60 * hours + minutes);
	return true;
}

/* What follows a time: an offset, a name, both ("GMT+0200"). */
static void read_zone(struct reading *r, str word)
{
	str name = word;
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '+' || word.p[i] == '-') {
			if (read_offset(r, str_skip(word, i)))
				return;
			name = str_first(word, i);
			break;
		}
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		if (str_ieq(zones[i].name, name) && r->offset == UNREAD)
			r->offset = zones[i].minutes;
}

/* RFC 5322 section 4.3: two digits are of 1950 to 2049, three count from 1900. */
static int year_of(int v, size_t written)
{
	if (written >= 4)
		return v;
	return v + (written == 2 && v < 50 ? 2000 : 1900);
}

static void read_number(struct reading *r, str word)
{
	size_t written = word.n;
	int v = written <= 4 ? digits(&word, 4) : -1;
	if (v < 0 || word.n)
		return;
	if (written <= 2 && r->day < 0 && v >= 1 && v <= 31)
		r->day = v;
	else if (written <= 2 && r->month < 0 && v >= 1 && v <= 12)
		r->month = v - 1;
	else if (written >= 2 && r->year < 0 && (r->month >= 0 || written == 4))
		r->year = year_of(v, written);
}

/* 2026-11-24, 2026-11-24T04:12:09Z, 24-Nov-2026. */
static bool read_dashed(struct reading *r, str word)
{
	str part[3], rest = word;
	if (!str_cut(rest, '-', &part[0], &rest) || !str_cut(rest, '-', &part[1], &rest)
	    || !part[0].n || !chr_is_digit(*part[0].p) || r->day >= 0)
		return false;
	size_t n = 0;
	while (n < rest.n && chr_is_digit(rest.p[n]))
		n++;
	part[2] = str_first(rest, n);
	rest = str_skip(rest, n + 1);
	bool year_first = part[0].n == 4;
	int day = digits(&part[year_first ? 2 : 0], 2),
	    month = name_index(part[1], months);
	if (month < 0)
		month = digits(&part[1], 2) - 1;
	size_t written = part[year_first ? 0 : 2].n;
	int year = digits(&part[year_first ? 0 : 2], 4);
	if (day < 1 || day > 31 || month < 0 || month > 11 || year < 0 || written < 2)
		return false;
	r->day = day;
	r->month = month;
	r->year = year_of(year, written);
	if (rest.n && read_time(r, &rest))
		read_zone(r, rest);
	return true;
}

static void read_word(struct reading *r, str word)
{
	if (chr_is_digit(*word.p)) {
		if (r->hour < 0 && (str_has(word, ':') || str_has(word, '.'))
		    && !str_has(word, '-') && read_time(r, &word))
			read_zone(r, word);
		else if (!str_has(word, '-') || !read_dashed(r, word))
			read_number(r, word);
		return;
	}
	if (r->hour >= 0 && (str_ieq(word, STR("PM")) || str_ieq(word, STR("AM")))) {
		r->hour = r->hour % 12 + (chr_lower(*word.p) == 'p' ? 12 : 0);
		return;
	}
	if (r->month < 0 && name_index(word, days) < 0)
		r->month = name_index(word, months);
	else if (r->hour >= 0 && r->offset == UNREAD)
		read_zone(r, word);
}

static int month_days(int year, int month)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return lengths[month] + (month == 1 && leap);
}

err date_parse(str text, int64_t *seconds, int *offset_minutes)
{
	struct reading r = { -1, -1, -1, -1, 0, 0, UNREAD };
	struct lex l = { str_first(text, TEXT_MAX), false };
	for (lex_cfws(&l); l.rest.n; lex_cfws(&l)) {
		size_t n = 0;
		while (n < l.rest.n && !lex_is(l.rest.p[n], LEX_WSP)
		       && !memchr(",;(", l.rest.p[n], 3))
			n++;
		if (n)
			read_word(&r, str_first(l.rest, n));
		if (lex_peek(&l) == ';') /* a Received field: the date is behind it */
			r = (struct reading){ -1, -1, -1, -1, 0, 0, UNREAD };
		lex_skip(&l, n ? n : 1);
	}
	if (r.year < 1900 || r.month < 0 || r.day < 0
	    || r.day > month_days(r.year, r.month))
		return FAIL(ERR_SYNTAX, "not a date of RFC 5322");
	struct tm tm = { .tm_year = r.year - 1900,
			 .tm_mon = r.month,
			 .tm_mday = r.day,
			 .tm_hour = r.hour < 0 ? 0 : r.hour,
			 .tm_min = r.minute,
			 .tm_sec = r.second };
	int offset = r.offset == UNREAD ? 0 : r.offset;
	*seconds = (int64_t)timegm(&tm) - 60 * (int64_t)offset;
	*offset_minutes = offset;
	return OK;
}

static str formatted(struct arena *a, int64_t seconds, const char *format)
{
	enum { ROOM = 64 };
	struct tm tm;
	time_t t = (time_t)seconds;
	char *text = arena_alloc(a, ROOM);
	if (!gmtime_r(&t, &tm)) /* a year beyond int */
		gmtime_r(&(time_t){ 0 }, &tm);
	return (str){ text, strftime(text, ROOM, format, &tm) };
}

str date_text(struct arena *a, int64_t seconds)
{
	struct tm tm;
	time_t t = (time_t)seconds;
	if (!gmtime_r(&t, &tm))
		gmtime_r(&(time_t){ 0 }, &tm);
	return arena_printf(a, "%.3s, %d %.3s %04d %02d:%02d:%02d +0000",
			    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
			    tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
			    tm.tm_sec); /* not strftime: %a is the locale's */
}

str date_day(struct arena *a, int64_t seconds)
{
	return formatted(a, seconds, "%Y-%m-%d");
}

str date_minute(struct arena *a, int64_t seconds)
{
	return formatted(a, seconds, "%Y-%m-%d %H:%M");
}

str date_clock_named(struct arena *a, int64_t seconds)
{
	const struct zone_kind *now = zone_at(zone_site(), seconds);
	return arena_cat(a, date_minute(a, zone_wall(zone_site(), seconds)), STR(" "),
			 now->name);
}

str date_clock(struct arena *a, int64_t seconds)
{
	return zone_is_utc(zone_site()) ? date_minute(a, seconds)
					: date_clock_named(a, seconds);
}
