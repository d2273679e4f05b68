/* A year's days as a calendar, each with its posts: from there one reads a day; all months. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "store/archive/day.h"
#include "web/pages/calendar.h"
#include "web/pages/since.h"

#include <inttypes.h>

enum { WEEK = 7, MONTHS = 12, WEEKS = 6, DAY = 86400 };

struct year_view {
	int year;
	struct archive_day *days;
	size_t count;
	struct calendar_levels levels;
};

static int64_t posts_of(const struct year_view *v, int64_t midnight)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->days[i].day == midnight)
			return v->days[i].posts;
	return 0;
}

/* Monday is 0. The first of January 1970 was a Thursday. */
static int weekday(int64_t midnight)
{
	return (int)((midnight / DAY + 3) % WEEK);
}

static struct page_year_months month_of(struct request *q, const struct year_view *v,
					int month)
{
	int64_t from, until;
	archive_month_span(v->year, month, &from, &until);
	struct page_year_months m = {
		.name = page_month_name(q->arena, v->year, month),
		.href = page_month_path(q, v->year, month),
		.weeks_count = (size_t)(weekday(from) + (until - from) / DAY + WEEK - 1)
			       / WEEK,
	};
	struct page_year_months_weeks *weeks = arena_zero(q->arena,
							  WEEKS * sizeof *weeks);
	struct page_year_months_weeks_days *days = arena_zero(
		q->arena, (size_t)WEEKS * WEEK * sizeof *days);
	for (size_t i = 0; i < m.weeks_count; i++) {
		weeks[i].days = days + WEEK * i;
		weeks[i].days_count = WEEK;
	}
	for (int64_t at = from; at < until; at += DAY) {
		int day = (int)((at - from) / DAY) + 1;
		struct page_year_months_weeks_days *x = &days[weekday(from) + day - 1];
		x->day = day;
		x->posts = posts_of(v, at);
		x->level = calendar_level(&v->levels, x->posts);
		x->href = arena_printf(q->arena, "%.*s%02d/", STR_F(m.href), day);
		m.posts += x->posts;
	}
	m.weeks = weeks;
	return m;
}

/* The years beside it that have posts. */
static err add_neighbours(struct request *q, struct page_year *p)
{
	struct calendar c;
	const struct worker *w = worker_of(q);
	TRY(archive_months(w->books.archive, q->arena, w->list->id, &c.months, &c.count));
	since_months(q, &c);
	for (size_t i = 0; i < c.count; i++) {
		int year = c.months[i].year;
		if (year > p->year)
			p->after = year;
		if (year < p->year && !p->before)
			p->before = year;
	}
	return OK;
}

static struct page_frame year_frame(struct request *q, int year)
{
	str title = arena_printf(q->arena, "%d", year);
	struct page_frame f = archive_frame(
		q, arena_cat(q->arena, title, STR(", "), worker_of(q)->list->name));
	str all = arena_cat(q->arena, list_path(q), STR("/by/"));
	frame_step(q, &f, S_("All months"), all);
	frame_step(q, &f, title, STR_NONE);
	f.canonical = page_url(q, arena_cat(q->arena, all, title, STR("/")));
	return f;
}

static err show_year(struct request *q, struct response *r, struct year_view *v)
{
	static const char *const heads[] = { N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"),
					     N_("Fri"), N_("Sat"), N_("Sun") };
	struct worker *w = worker_of(q);
	int64_t from, until, unused;
	archive_month_span(v->year, 1, &from, &unused);
	archive_month_span(v->year, MONTHS, &unused, &until);
	TRY(archive_days(w->books.archive, q->arena, w->list->id, from, until, w->since,
			 &v->days, &v->count));
	struct page_year p = {
		.frame = year_frame(q, v->year),
		.list = w->list->name,
		.list_path = list_path(q),
		.year = v->year,
		.heads_count = WEEK,
		.months_count = MONTHS,
	};
	int64_t *posts = arena_alloc(q->arena, (v->count + 1) * sizeof *posts);
	for (size_t i = 0; i < v->count; i++) {
		posts[i] = v->days[i].posts;
		p.posts += posts[i];
	}
	v->levels = calendar_levels_of(posts, v->count);
	struct page_year_heads *names = arena_zero(q->arena, WEEK * sizeof *names);
	for (size_t i = 0; i < WEEK; i++)
		names[i].label = str_from(_(heads[i]));
	struct page_year_months *months = arena_zero(q->arena, MONTHS * sizeof *months);
	for (int i = 0; i < MONTHS; i++)
		months[i] = month_of(q, v, i + 1);
	p.heads = names;
	p.months = months;
	if (p.posts)
		p.file = arena_printf(q->arena, "%.*s/by/%d.mbox.gz", STR_F(p.list_path),
				      v->year);
	TRY(add_neighbours(q, &p));
	ANSWER(q, r, year, &p);
	return OK;
}

void year_page(struct request *q, struct response *r)
{
	struct year_view v = { 0 };
	struct cache_key key;
	int64_t year;
	str text = request_arg(q, "year");
	if (text.n != 4 || !str_i64(text, &year) || year < 1970) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	v.year = (int)year;
	if (page_from_cache(q, r, "year", text, &key))
		return;
	if (!page_failed(q, r, show_year(q, r, &v)))
		page_to_cache(q, r, &key);
}

/* ---- all of them */

static err show_years(struct request *q, struct response *r)
{
	struct worker *w = worker_of(q);
	struct calendar c;
	TRY(archive_months(w->books.archive, q->arena, w->list->id, &c.months, &c.count));
	since_months(q, &c);
	struct page_years p = {
		.frame = archive_frame(q, arena_cat(q->arena, S_("All posts by month, "),
						    w->list->name)),
		.list = w->list->name,
		.calendar = calendar_all(q, &c),
	};
	frame_step(q, &p.frame, S_("All months"), STR_NONE);
	p.frame.canonical = page_url(q, arena_cat(q->arena, list_path(q), STR("/by/")));
	for (size_t i = 0; i < c.count; i++)
		p.posts += c.months[i].posts;
	ANSWER(q, r, years, &p);
	return OK;
}

void years_page(struct request *q, struct response *r)
{
	struct cache_key key;
	if (page_from_cache(q, r, "years", STR(""), &key))
		return;
	if (!page_failed(q, r, show_years(q, r)))
		page_to_cache(q, r, &key);
}
