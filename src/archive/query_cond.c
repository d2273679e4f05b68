#include "archive/query_inside.h"

#include "mail/date.h"
#include "store/archive/post.h"

#include <limits.h>
#include <stdio.h>
#include <time.h>

struct asked { /* one condition as it stands in the query */
	struct arena *a;
	str text;
	size_t at; /* of value in text */
	str value;
	bool negated;
};

struct query_cond {
	const char *name;
	err (*take)(const struct asked *x, struct query *q, str *said);
};

static err wrong(const struct asked *x, const char *why)
{
	return query_error(x->a, x->text, x->at, "%s", why);
}

static err not_negated(const struct asked *x)
{
	return x->negated ? wrong(x, "- cannot stand before this one; before: and after: "
				     "are each other's opposite")
			  : OK;
}

/* "2026", "2026-10", "2026-10-31": where that year, month or day starts and ends. */
static bool span(str s, int64_t *from, int64_t *until)
{
	int64_t part[3] = { 0, 1, 1 };
	size_t n = 0;
	for (bool more = true; more; n++) {
		str head = s;
		more = str_cut(s, '-', &head, &s);
		uint64_t value;
		if (n == 3 || head.n != (n ? 2 : 4) || !str_u64(head, &value))
			return false;
		part[n] = (int64_t)value;
	}
	if (part[0] < 1 || part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31)
		return false;
	struct tm tm = { .tm_year = (int)part[0] - 1900,
			 .tm_mon = (int)part[1] - 1,
			 .tm_mday = (int)part[2] };
	*from = timegm(&tm);
	if (tm.tm_mday != (int)part[2]) /* 30 February */
		return false;
	*(n == 1 ? &tm.tm_year : n == 2 ? &tm.tm_mon : &tm.tm_mday) += 1;
	*until = timegm(&tm);
	return true;
}

static const char DATE_WRONG[] = "a day, month or year is written 2026-10-31, 2026-10 or "
				 "2026; or say 7d, 2.weeks, "
				 "last.month, yesterday";

static bool compact(str s, int64_t *from, int64_t *until) /* 20261031 */
{
	char day[11];
	if (s.n != 8)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!chr_is_digit(s.p[i]))
			return false;
	snprintf(day, sizeof day, "%.4s-%.2s-%.2s", s.p, s.p + 4, s.p + 6);
	return span(str_from(day), from, until);
}

/* "7d", "2.weeks", "2.weeks.ago", "last.month": how many of which. */
static bool distance(str s, int64_t *count, str *unit)
{
	str head, tail;
	size_t digits = 0;
	uint64_t n = 1;
	if (str_cut(s, '.', &head, &tail) && str_ieq(head, STR("last"))) {
		*count = 1;
		*unit = tail;
		return true;
	}
	while (digits < s.n && chr_is_digit(s.p[digits]))
		digits++;
	if (!digits || !str_u64(str_first(s, digits), &n) || n > 36500)
		return false;
	s = str_skip(s, digits);
	if (s.n && s.p[0] == '.')
		s = str_skip(s, 1);
	if (str_ends(s, STR(".ago")))
		s = str_first(s, s.n - 4);
	*count = (int64_t)n;
	*unit = s;
	return true;
}

/* A day, reckoned from now; *ago: a stretch of time back, not a day by name. */
static bool reckoned(str s, int64_t now, int64_t *from, int64_t *until, bool *ago)
{
	static const struct {
		str unit, more;
		int days;
	} units[] = {
		{ STR("d"), STR("day"), 1 },
		{ STR("w"), STR("week"), 7 },
		{ STR("m"), STR("month"), 30 },
		{ STR("y"), STR("year"), 365 },
	};
	enum { DAY = 86400 };
	int64_t count, today = now - now % DAY;
	str unit;
	*ago = false;
	*from = str_ieq(s, STR("today"))       ? today
		: str_ieq(s, STR("yesterday")) ? today - DAY
					       : INT64_MIN;
	if (*from == INT64_MIN && distance(s, &count, &unit))
		for (size_t i = 0; i < sizeof units / sizeof *units; i++)
			if (str_ieq(unit, units[i].unit) || str_ieq(unit, units[i].more)
			    || (str_ends(unit, STR("s"))
				&& str_ieq(str_first(unit, unit.n - 1), units[i].more))) {
				*from = today - count * units[i].days * DAY;
				*ago = true;
			}
	*until = *from + (*from == INT64_MIN ? 0 : DAY);
	return *from != INT64_MIN;
}

static bool day_of(const struct query *q, str s, int64_t *from, int64_t *until, bool *ago)
{
	*ago = false;
	return span(s, from, until) || compact(s, from, until)
	       || reckoned(s, q->now, from, until, ago);
}

static void narrow(struct query *q, int64_t from, int64_t until)
{
	if (from > q->from)
		q->from = from;
	if (until < q->until)
		q->until = until;
}

/* The beginning of the day that it names. */
static err read_edge(const struct asked *x, const struct query *q, int64_t *from)
{
	int64_t until;
	bool ago;
	TRY(not_negated(x));
	return day_of(q, x->value, from, &until, &ago) ? OK : wrong(x, DATE_WRONG);
}

static err take_before(const struct asked *x, struct query *q, str *said)
{
	int64_t from;
	TRY(read_edge(x, q, &from));
	narrow(q, INT64_MIN, from);
	*said = arena_cat(x->a, STR("before "), date_day(x->a, from));
	return OK;
}

static err take_after(const struct asked *x, struct query *q, str *said)
{
	int64_t from;
	TRY(read_edge(x, q, &from));
	narrow(q, from, INT64_MAX);
	*said = arena_cat(x->a, STR("since "), date_day(x->a, from));
	return OK;
}

static err take_date(const struct asked *x, struct query *q, str *said)
{
	TRY(not_negated(x));
	str first = x->value, last = x->value, dots = str_find(x->value, STR(".."));
	if (dots.n) {
		first = str_first(x->value, x->value.n - dots.n);
		last = str_skip(dots, 2);
	}
	int64_t from = INT64_MIN, until = INT64_MAX, unused;
	bool ago, since = false;
	if ((!first.n && !last.n)
	    || (first.n && !day_of(q, first, &from, &unused, &since))
	    || (last.n && !day_of(q, last, &unused, &until, &ago)))
		return wrong(x, "a date is written 2026-10, a range 2026-10..2026-12");
	if (since && !dots.n) /* "date:7d": these seven days */
		until = INT64_MAX;
	narrow(q, from, until);
	*said = arena_cat(x->a, STR("dated "), x->value);
	return OK;
}

/* What who asks keeps of threads for themselves: a tag, or "" the star. */
static err take_kept(const struct asked *x, struct query *q, str word, str *said)
{
	if (x->negated)
		return wrong(x, "- cannot stand before is:starred and tag:");
	q->kept[q->kept_count++] = word; /* room for QUERY_TERMS_MAX */
	*said = word.n ? arena_cat(x->a, STR("with your tag "), word)
		       : STR("with your star");
	return OK;
}

static err take_tag(const struct asked *x, struct query *q, str *said)
{
	return take_kept(x, q, arena_lower(x->a, x->value), said);
}

static err take_has(const struct asked *x, struct query *q, str *said)
{
	static const struct {
		str name;
		unsigned flag;
		const char *said;
	} rows[] = {
		{ STR("attachment"), 0, "an attachment" },
		{ STR("file"), 0, "an attachment" },
		{ STR("patch"), ARCHIVE_PATCH, "a patch" },
		{ STR("diff"), ARCHIVE_PATCH, "a patch" },
		{ STR("html"), ARCHIVE_HTML, "an HTML part" },
		{ STR("reply"), ARCHIVE_REPLY, "a Re: in the subject" },
	};
	if (str_ieq(x->value, STR("starred")))
		return take_kept(x, q, STR(""), said);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!str_ieq(x->value, rows[i].name))
			continue;
		if (rows[i].flag)
			*(x->negated ? &q->lacks : &q->has) |= rows[i].flag;
		else
			*(x->negated ? &q->lacks_file : &q->has_file) = true;
		*said = arena_cat(x->a, x->negated ? STR("without ") : STR("with "),
				  str_from(rows[i].said));
		return OK;
	}
	return wrong(x, "has: knows attachment, patch, html and reply");
}

static err take_list(const struct asked *x, struct query *q, str *said)
{
	if (x->negated)
		return wrong(x,
			     "- cannot stand before list:; name the lists that you mean");
	q->lists[q->list_count++] = x->value; /* room for QUERY_TERMS_MAX */
	*said = arena_cat(x->a, STR("on "), x->value);
	return OK;
}

static err take_thread(const struct asked *x, struct query *q, str *said)
{
	int64_t number;
	if (x->negated)
		return wrong(x, "- cannot stand before thread:");
	if (!str_i64(x->value, &number) || number < 1)
		return wrong(x, "thread: wants the number of a post, as in thread:21838");
	if (q->thread && q->thread != number)
		return wrong(x, "a post is in one thread only");
	q->thread = number;
	*said = arena_cat(x->a, STR("in the thread of #"), x->value);
	return OK;
}

static err take_quoted(const struct asked *x, struct query *q, str *said)
{
	bool yes = str_ieq(x->value, STR("yes"));
	if (x->negated || (!yes && !str_ieq(x->value, STR("no"))))
		return wrong(x, "quoted: is yes or no");
	q->quoted = yes;
	*said = yes ? STR("quoted text, too") : STR("not in quoted text");
	return OK;
}

static err take_id(const struct asked *x, struct query *q, str *said)
{
	str id = x->value;
	if (x->negated)
		return wrong(x, "- cannot stand before a Message-ID");
	if (str_starts(id, STR("<")) && str_ends(id, STR(">")))
		id = str_first(str_skip(id, 1), id.n - 2);
	q->message_id = id;
	*said = arena_cat(x->a, STR("the message "), id);
	return OK;
}

static err take_type(const struct asked *x, struct query *q, str *said)
{
	if (x->negated)
		return wrong(x, "- cannot stand before type:");
	q->type = arena_lower(x->a, x->value);
	q->has_file = true;
	*said = arena_cat(x->a, STR("with a file of type "), q->type);
	return OK;
}

static const struct query_cond conds[] = {
	{ "before", take_before }, { "after", take_after },   { "since", take_after },
	{ "until", take_before },  { "date", take_date },     { "d", take_date },
	{ "dt", take_date },       { "rt", take_date },       { "has", take_has },
	{ "is", take_has },        { "list", take_list },     { "l", take_list },
	{ "lid", take_list },      { "thread", take_thread }, { "in", take_thread },
	{ "quoted", take_quoted }, { "id", take_id },         { "mid", take_id },
	{ "m", take_id },          { "type", take_type },     { "tag", take_tag },
};

const struct query_cond *query_cond_find(str name)
{
	for (size_t i = 0; i < sizeof conds / sizeof *conds; i++)
		if (str_ieq(name, str_from(conds[i].name)))
			return &conds[i];
	return NULL;
}

err query_cond_take(struct arena *a, const struct query_cond *c, str text, size_t at,
		    str value, bool negated, struct query *q, str *said)
{
	struct asked x = { a, text, at, value, negated };
	if (!value.n)
		return query_error(a, text, at, "%s: wants a value behind the colon",
				   c->name);
	return c->take(&x, q, said);
}
