#include "web/escape.h"

#include "base/language.h"
#include "base/utf8.h"
#include "base/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const str REPLACEMENT = { "\xEF\xBF\xBD", 3 };

/* What a byte becomes. Bytes that are in no row stay. */
static const str entities[256] = {
	['&'] = { "&amp;", 5 },  ['<'] = { "&lt;", 4 },   ['>'] = { "&gt;", 4 },
	['"'] = { "&quot;", 6 }, ['\''] = { "&#39;", 5 },
};

static bool is_control(unsigned char c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

/* Takes one character of two bytes or more off *s and adds it, or U+FFFD where
 * it is none that a page may hold: C1 controls and noncharacters (WHATWG HTML
 * section 13.2.3.5) are parse errors. Gives its value. */
static uint32_t add_wide(struct buf *out, str *s)
{
	str before = *s;
	uint32_t c = utf8_next(s);
	bool wrong = (c >= 0x80 && c < 0xA0) || (c & 0xFFFE) == 0xFFFE
		     || (c >= 0xFDD0 && c <= 0xFDEF) || c == 0xFFFD;
	buf_add(out, wrong ? REPLACEMENT : str_first(before, before.n - s->n));
	return c;
}

/* The bytes at the start of s that need no care. */
static size_t plain_run(str s)
{
	size_t n = 0;
	for (; n < s.n; n++) {
		unsigned char c = (unsigned char)s.p[n];
		if (c >= 0x80 || entities[c].n || is_control(c))
			break;
	}
	return n;
}

static void add_special(struct buf *out, str *s)
{
	unsigned char c = (unsigned char)s->p[0];
	if (c >= 0x80) {
		add_wide(out, s);
		return;
	}
	buf_add(out, is_control(c) ? REPLACEMENT : entities[c]);
	*s = str_skip(*s, 1);
}

void esc_text(struct buf *out, str s)
{
	while (s.n) {
		size_t run = plain_run(s);
		buf_add(out, str_first(s, run));
		s = str_skip(s, run);
		if (s.n)
			add_special(out, &s);
	}
}

/* The name of a character that moves or hides other text, or NULL: the bidi
 * controls of Unicode TR 9 and the invisible joiners that spoof a name. */
static const char *control_name(uint32_t c)
{
	static const struct {
		uint32_t c;
		const char *name;
	} names[] = {
		{ 0x061C, "Arabic letter mark" },
		{ 0x200B, "Zero width space" },
		{ 0x200E, "Left-to-right mark" },
		{ 0x200F, "Right-to-left mark" },
		{ 0x202A, "Left-to-right embedding" },
		{ 0x202B, "Right-to-left embedding" },
		{ 0x202C, "Pop directional formatting" },
		{ 0x202D, "Left-to-right override" },
		{ 0x202E, "Right-to-left override" },
		{ 0x2066, "Left-to-right isolate" },
		{ 0x2067, "Right-to-left isolate" },
		{ 0x2068, "First strong isolate" },
		{ 0x2069, "Pop directional isolate" },
		{ 0xFEFF, "Byte order mark" },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].c == c)
			return names[i].name;
	return NULL;
}

void esc_marked(struct buf *out, str s)
{
	while (s.n) {
		size_t run = plain_run(s);
		buf_add(out, str_first(s, run));
		s = str_skip(s, run);
		if (!s.n)
			return;
		str rest = s;
		uint32_t c = (unsigned char)s.p[0] < 0x80 ? 0 : utf8_next(&rest);
		const char *name = control_name(c);
		if (!name) {
			add_special(out, &s);
			continue;
		}
		buf_addf(out,
			 "<span class=\"ctl\" title=\"%s, U+%04" PRIX32
			 ": shown as a mark, not obeyed\">U+%04" PRIX32 "</span>",
			 name, c, c);
		s = rest;
	}
}

static void percent(struct buf *out, str s, bool slash)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (chr_is_alpha((char)c) || chr_is_digit((char)c) || c == '-' || c == '.'
		    || c == '_' || c == '~' || (slash && c == '/')) {
			buf_add_char(out, (char)c);
		} else {
			char *at = buf_room(out, 3);
			at[0] = '%';
			at[1] = hex[c >> 4];
			at[2] = hex[c & 15];
			out->n += 3;
		}
	}
}

void esc_part(struct buf *out, str s)
{
	percent(out, s, false);
}

void esc_path(struct buf *out, str s)
{
	percent(out, s, true);
}

/* A browser strips white space and control characters from a URL before it
 * looks for the scheme (WHATWG URL section 4.4), so any of them condemns. Two
 * slashes at the start, of either kind, name another host. */
bool url_is_safe(str s)
{
	static const str schemes[] = { { "http", 4 }, { "https", 5 }, { "mailto", 6 } };
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7F || s.p[i] == '\\')
			return false;
	str head, tail;
	if (!str_cut(s, ':', &head, &tail) || str_has(head, '/') || str_has(head, '?')
	    || str_has(head, '#'))
		return !str_starts(s, STR("//"));
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (str_ieq(head, schemes[i]))
			return true;
	return false;
}

void esc_url(struct buf *out, str s)
{
	if (url_is_safe(s))
		esc_text(out, s);
	else
		buf_add(out, STR("about:invalid"));
}

void esc_json(struct buf *out, str s)
{
	buf_add_char(out, '"');
	while (s.n) {
		unsigned char c = (unsigned char)s.p[0];
		if (c >= 0x80) {
			add_wide(out, &s);
			continue;
		}
		/* < and & too: a twin that is looked at as HTML stays text */
		if (is_control(c))
			buf_add(out, REPLACEMENT);
		else if (c < 0x20 || c == '<' || c == '>' || c == '&')
			buf_addf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			buf_cat(out, STR("\\"), str_first(s, 1));
		else
			buf_add_char(out, (char)c);
		s = str_skip(s, 1);
	}
	buf_add_char(out, '"');
}

void show_number(struct buf *out, int64_t n)
{
	buf_addf(out, "%" PRId64, n);
}

void show_count(struct buf *out, int64_t n)
{
	char text[32];
	const char *group = language_row(language_now())->group;
	int len = snprintf(text, sizeof text, "%" PRId64, n);
	for (int i = 0; i < len; i++) {
		buf_add_char(out, text[i]);
		if (text[i] != '-' && i + 1 < len && (len - i - 1) % 3 == 0)
			buf_add(out, str_from(group));
	}
}

/* form: "%s posts", in the language and for the number. */
static void show_many(struct buf *out, int64_t n, const char *form)
{
	str before = str_from(form), at = str_find(before, STR("%s"));
	buf_add(out, str_first(before, before.n - at.n));
	if (at.n)
		show_count(out, n);
	buf_add(out, str_skip(at, 2));
}

void show_posts(struct buf *out, int64_t n)
{
	show_many(out, n, P_("%s post", "%s posts", (uint64_t)n));
}

void show_messages(struct buf *out, int64_t n)
{
	show_many(out, n, P_("%s message", "%s messages", (uint64_t)n));
}

void show_people(struct buf *out, int64_t n)
{
	show_many(out, n, P_("%s person", "%s people", (uint64_t)n));
}

void show_members(struct buf *out, int64_t n)
{
	show_many(out, n, P_("%s member", "%s members", (uint64_t)n));
}

void show_size(struct buf *out, int64_t n)
{
	static const char *const units[] = { N_("bytes"), "KB", "MB", "GB", "TB" };
	double value = (double)n;
	size_t unit = 0;
	while (value >= 1000 && unit + 1 < sizeof units / sizeof *units) {
		value /= 1000;
		unit++;
	}
	buf_addf(out, unit && value < 10 ? "%.1f %s" : "%.0f %s", value,
		 unit ? units[unit] : _(units[0]));
}

/* False: there is no such time to show. */
static bool show_time(struct buf *out, int64_t t, const char *format)
{
	struct tm tm;
	char text[64];
	time_t seconds = (time_t)t;
	/* a Date field may name any year; strftime's text is bounded */
	if (!gmtime_r(&seconds, &tm) || tm.tm_year > 8099)
		return false;
	buf_add(out, (str){ text, strftime(text, sizeof text, format, &tm) });
	return true;
}

/* What the clock of who looks shows at that instant. */
static int64_t wall(int64_t t)
{
	return zone_wall(zone_viewer(), t);
}

void show_iso(struct buf *out, int64_t t)
{
	show_time(out, t, "%Y-%m-%dT%H:%M:%SZ");
}

void show_date(struct buf *out, int64_t t)
{
	show_fixed_date(out, wall(t));
}

void show_fixed_date(struct buf *out, int64_t day)
{
	show_time(out, day, "%Y-%m-%d");
}

void show_minute(struct buf *out, int64_t t)
{
	if (show_time(out, wall(t), "%Y-%m-%d %H:%M") && !zone_is_utc(zone_viewer()))
		buf_cat(out, STR(" "), zone_at(zone_viewer(), t)->name);
}

void show_day(struct buf *out, int64_t t)
{
	show_fixed_day(out, wall(t));
}

/* As people write a day and a month: each language its own way. */
void show_fixed_day(struct buf *out, int64_t day)
{
	struct tm tm;
	time_t seconds = (time_t)day;
	if (gmtime_r(&seconds, &tm) && tm.tm_year <= 8099)
		buf_addf(out, _("%d %s %d"), tm.tm_mday, month_abbreviated(tm.tm_mon + 1),
			 tm.tm_year + 1900);
}

void show_short(struct buf *out, int64_t t)
{
	struct tm tm;
	time_t seconds = (time_t)wall(t);
	if (gmtime_r(&seconds, &tm))
		buf_addf(out, _("%d %s"), tm.tm_mday, month_abbreviated(tm.tm_mon + 1));
}

void show_month_of(struct buf *out, int year, int month)
{
	static const char *const names[] = {
		N_("January"),   N_("February"), N_("March"),    N_("April"),
		N_("May"),       N_("June"),     N_("July"),     N_("August"),
		N_("September"), N_("October"),  N_("November"), N_("December")
	};
	buf_addf(out, _("%s %d"), _(names[(unsigned)(month - 1) % 12]), year);
}

const char *month_abbreviated(int month)
{
	static const char *const names[] = { N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"),
					     N_("May"), N_("Jun"), N_("Jul"), N_("Aug"),
					     N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec") };
	return _(names[(unsigned)(month - 1) % 12]);
}

void show_month(struct buf *out, int64_t t)
{
	struct tm tm;
	time_t seconds = (time_t)t;
	if (gmtime_r(&seconds, &tm) && tm.tm_year <= 8099)
		show_month_of(out, tm.tm_year + 1900, tm.tm_mon + 1);
}
